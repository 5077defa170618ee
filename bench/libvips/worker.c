/*
 * worker: a program that executes the driver's commands with libvips. Each command and each answer is a line.
 *
 *	load FILE           reads the source into memory                                -> ok
 *	job W H CROP OUT    CROP: none center attention; OUT: picture jpeg webp; H may be 0  -> ok
 *	run N WORKERS       does the job N times in all, with WORKERS at a time         -> CPU and wall time in microseconds
 *	save FILE           does the job once more and writes the pixels, 8-bit sRGB    -> ok
 *	peak                the peak of resident memory so far                          -> KiB
 *
 * The operation cache is off, as in servers. Otherwise every run would return the cached result of the last one.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <vips/vips.h>

static void *source;
static size_t source_size;
static int width, height;
static VipsInteresting crop;
static int to_jpeg, to_webp;
static int left; /* number of runs that no worker has begun yet */

static void fail(const char *what) {
	fprintf(stderr, "libvips worker: %s: %s\n", what, vips_error_buffer());
	exit(1);
}

static VipsImage *thumbnail(void) {
	VipsImage *out;
	if (vips_thumbnail_buffer(source, source_size, &out, width, "height", height ? height : VIPS_MAX_COORD,
			"crop", crop, NULL))
		fail("thumbnail");
	return out;
}

static void once(void) {
	VipsImage *out = thumbnail();
	if (to_jpeg) {
		void *buf;
		size_t len;
		VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
		if (vips_jpegsave_buffer(out, &buf, &len, "Q", 85, "strip", TRUE, "background", white, NULL))
			fail("jpegsave");
		vips_area_unref(VIPS_AREA(white));
		g_free(buf);
	} else if (to_webp) {
		void *buf;
		size_t len;
		if (vips_webpsave_buffer(out, &buf, &len, "Q", 80, "strip", TRUE, NULL))
			fail("webpsave");
		g_free(buf);
	} else {
		VipsImage *picture = vips_image_copy_memory(out);
		if (picture == NULL)
			fail("picture");
		g_object_unref(picture);
	}
	g_object_unref(out);
}

static void *work(void *unused) {
	(void) unused;
	while (__atomic_fetch_sub(&left, 1, __ATOMIC_RELAXED) > 0)
		once();
	vips_thread_shutdown();
	return NULL;
}

static long long cpu(void) {
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static long long wall(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void run(int n, int workers) {
	pthread_t threads[64];
	long long cpu0 = cpu(), wall0 = wall();
	left = n;
	for (int i = 0; i < workers; i++)
		if (pthread_create(&threads[i], NULL, work, NULL))
			fail("thread");
	for (int i = 0; i < workers; i++)
		pthread_join(threads[i], NULL);
	printf("%lld %lld\n", cpu() - cpu0, wall() - wall0);
}

/* save writes a line "width height channels", and then the samples. */
static void save(const char *path) {
	VipsImage *out = thumbnail(), *srgb, *bytes;
	if (vips_colourspace(out, &srgb, VIPS_INTERPRETATION_sRGB, NULL) || vips_cast_uchar(srgb, &bytes, NULL))
		fail("sRGB");
	size_t size;
	void *pixels = vips_image_write_to_memory(bytes, &size);
	FILE *f = fopen(path, "wb");
	if (pixels == NULL || f == NULL)
		fail(path);
	fprintf(f, "%d %d %d\n", bytes->Xsize, bytes->Ysize, bytes->Bands);
	if (fwrite(pixels, 1, size, f) != size || fclose(f))
		fail(path);
	g_free(pixels);
	g_object_unref(bytes);
	g_object_unref(srgb);
	g_object_unref(out);
}

/* peak returns VmHWM. ru_maxrss would include the memory of the driver before exec. */
static long peak(void) {
	char line[256];
	long kib = -1;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		sscanf(line, "VmHWM: %ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

int main(int argc, char **argv) {
	char line[4096], a[4096], b[64], c[64];
	int w, h;
	(void) argc;
	if (VIPS_INIT(argv[0]))
		fail("init");
	vips_cache_set_max(0);
	while (fgets(line, sizeof line, stdin)) {
		gsize size;
		char *data;
		if (sscanf(line, "load %4095[^\n]", a) == 1) {
			g_free(source);
			if (!g_file_get_contents(a, &data, &size, NULL))
				fail(a);
			source = data, source_size = size;
			puts("ok");
		} else if (sscanf(line, "job %d %d %63s %63s", &w, &h, b, c) == 4) {
			width = w, height = h, to_jpeg = !strcmp(c, "jpeg"), to_webp = !strcmp(c, "webp");
			crop = !strcmp(b, "center") ? VIPS_INTERESTING_CENTRE
				: !strcmp(b, "attention") ? VIPS_INTERESTING_ATTENTION : VIPS_INTERESTING_NONE;
			puts("ok");
		} else if (sscanf(line, "run %d %d", &w, &h) == 2 && h > 0 && h <= 64) {
			run(w, h);
		} else if (sscanf(line, "save %4095[^\n]", a) == 1) {
			save(a);
			puts("ok");
		} else if (!strcmp(line, "peak\n")) {
			printf("%ld\n", peak());
		} else if (!strcmp(line, "version\n")) {
			printf("libvips %s\n", vips_version_string());
		} else {
			fprintf(stderr, "libvips worker: what is %s", line);
			return 1;
		}
		fflush(stdout);
	}
	return 0;
}
