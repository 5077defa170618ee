/* Encodes a picture with libvips repeatedly, in memory, and prints the shortest CPU time of one encode in
   microseconds. Usage: vips FILE SUFFIX ROUNDS, for example "vips a.ppm .png[strip] 3". */
#include <stdio.h>
#include <time.h>
#include <vips/vips.h>

static double cpu(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
	double best = 1e18;
	if (argc != 4 || VIPS_INIT(argv[0]))
		return 1;
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	VipsImage *file = vips_image_new_from_file(argv[1], NULL);
	VipsImage *image = file ? vips_image_copy_memory(file) : NULL;
	if (!image)
		vips_error_exit("%s", argv[1]);
	for (int i = 0; i < atoi(argv[3]); i++) {
		void *buf;
		size_t len;
		double start = cpu();
		if (vips_image_write_to_buffer(image, argv[2], &buf, &len, NULL))
			vips_error_exit("%s", argv[2]);
		double took = cpu() - start;
		g_free(buf);
		if (took < best)
			best = took;
	}
	printf("%.1f\n", best);
	return 0;
}
