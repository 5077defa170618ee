/* Encodes a PPM with libjpeg-turbo repeatedly, in memory, and prints the shortest CPU time of one encode in
   microseconds. Usage: jpeg FILE QUALITY PROGRESSIVE PLANES ROUNDS. If PLANES is not 0, the encoder receives
   Y'CbCr 4:2:0, which it made from the picture before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <jpeglib.h>

static int w, h;
static unsigned char *rgb, *plane[3];

static double cpu(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static unsigned long encode(int quality, int progressive, int planes, unsigned char **out) {
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr e;
	unsigned long n = 0;
	c.err = jpeg_std_error(&e);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, out, &n);
	c.image_width = w;
	c.image_height = h;
	c.input_components = 3;
	c.in_color_space = planes ? JCS_YCbCr : JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, quality, TRUE);
	c.optimize_coding = TRUE;
	if (progressive)
		jpeg_simple_progression(&c);
	c.raw_data_in = planes;
	jpeg_start_compress(&c, TRUE);
	while (c.next_scanline < c.image_height) {
		if (planes) {
			int pw = (w + 15) / 16 * 16;
			JSAMPROW y[16], cb[8], cr[8];
			JSAMPARRAY all[3] = {y, cb, cr};
			for (int i = 0; i < 16; i++)
				y[i] = plane[0] + (size_t)(c.next_scanline + i) * pw;
			for (int i = 0; i < 8; i++) {
				cb[i] = plane[1] + (size_t)(c.next_scanline / 2 + i) * (pw / 2);
				cr[i] = plane[2] + (size_t)(c.next_scanline / 2 + i) * (pw / 2);
			}
			jpeg_write_raw_data(&c, all, 16);
		} else {
			JSAMPROW rows[16];
			int n = h - c.next_scanline < 16 ? h - c.next_scanline : 16;
			for (int i = 0; i < n; i++)
				rows[i] = rgb + (size_t)(c.next_scanline + i) * w * 3;
			jpeg_write_scanlines(&c, rows, n);
		}
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	return n;
}

/* split makes the planes: it decodes the encoded picture without upsampling. */
static void split(unsigned char *data, unsigned long n) {
	struct jpeg_decompress_struct d;
	struct jpeg_error_mgr e;
	int pw = (w + 15) / 16 * 16, ph = (h + 15) / 16 * 16;
	d.err = jpeg_std_error(&e);
	jpeg_create_decompress(&d);
	jpeg_mem_src(&d, data, n);
	jpeg_read_header(&d, TRUE);
	d.raw_data_out = TRUE;
	jpeg_start_decompress(&d);
	plane[0] = malloc((size_t)pw * ph);
	plane[1] = malloc((size_t)pw * ph / 4);
	plane[2] = malloc((size_t)pw * ph / 4);
	while (d.output_scanline < d.output_height) {
		JSAMPROW y[16], cb[8], cr[8];
		JSAMPARRAY all[3] = {y, cb, cr};
		for (int i = 0; i < 16; i++)
			y[i] = plane[0] + (size_t)(d.output_scanline + i) * pw;
		for (int i = 0; i < 8; i++) {
			cb[i] = plane[1] + (size_t)(d.output_scanline / 2 + i) * (pw / 2);
			cr[i] = plane[2] + (size_t)(d.output_scanline / 2 + i) * (pw / 2);
		}
		jpeg_read_raw_data(&d, all, 16);
	}
	jpeg_finish_decompress(&d);
	jpeg_destroy_decompress(&d);
}

int main(int argc, char **argv) {
	if (argc != 6)
		return 2;
	int quality = atoi(argv[2]), progressive = atoi(argv[3]), planes = atoi(argv[4]), rounds = atoi(argv[5]);
	FILE *f = fopen(argv[1], "rb");
	if (!f || fscanf(f, "P6 %d %d 255", &w, &h) != 2)
		return 1;
	fgetc(f);
	rgb = malloc((size_t)3 * w * h);
	if (fread(rgb, 3, (size_t)w * h, f) != (size_t)w * h)
		return 1;
	unsigned char *out = NULL;
	unsigned long n = encode(98, 0, 0, &out);
	if (planes)
		split(out, n);
	free(out);
	double best = 1e18;
	for (int i = 0; i < rounds; i++) {
		out = NULL;
		double start = cpu();
		encode(quality, progressive, planes, &out);
		double took = cpu() - start;
		if (took < best)
			best = took;
		free(out);
	}
	printf("%.1f\n", best);
	return 0;
}
