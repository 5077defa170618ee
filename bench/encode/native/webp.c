/* Encodes a PPM or PAM with libwebp repeatedly, in memory, and prints the shortest CPU time of one encode in
   microseconds. Usage: webp FILE QUALITY METHOD LOSSLESS ROUNDS. LOSSLESS is a level from 1 to 9, as of
   cwebp -z, or 0 for a lossy file of QUALITY and METHOD. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <webp/encode.h>

static int w, h, channels = 3;
static unsigned char *pixels;

static double cpu(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int load(const char *path) {
	FILE *f = fopen(path, "rb");
	char line[256];
	size_t n;
	if (!f || !fgets(line, sizeof line, f))
		return 0;
	if (!strncmp(line, "P7", 2)) {
		while (fgets(line, sizeof line, f) && strncmp(line, "ENDHDR", 6)) {
			sscanf(line, "WIDTH %d", &w);
			sscanf(line, "HEIGHT %d", &h);
			sscanf(line, "DEPTH %d", &channels);
		}
	} else {
		rewind(f);
		if (fscanf(f, "P6 %d %d 255", &w, &h) != 2)
			return 0;
		fgetc(f);
	}
	n = (size_t)channels * w * h;
	pixels = malloc(n);
	return pixels && fread(pixels, 1, n, f) == n;
}

int main(int argc, char **argv) {
	double best = 1e18;
	if (argc != 6 || !load(argv[1]))
		return 1;
	for (int i = 0; i < atoi(argv[5]); i++) {
		WebPConfig config;
		WebPPicture picture;
		WebPMemoryWriter out;
		double start = cpu();
		if (!WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, atof(argv[2])) || !WebPPictureInit(&picture))
			return 1;
		config.method = atoi(argv[3]);
		if (atoi(argv[4]) && !WebPConfigLosslessPreset(&config, atoi(argv[4])))
			return 1;
		picture.use_argb = config.lossless;
		picture.width = w;
		picture.height = h;
		WebPMemoryWriterInit(&out);
		picture.writer = WebPMemoryWrite;
		picture.custom_ptr = &out;
		if (!(channels == 4 ? WebPPictureImportRGBA(&picture, pixels, 4 * w) : WebPPictureImportRGB(&picture, pixels, 3 * w)))
			return 1;
		if (!WebPEncode(&config, &picture))
			return 1;
		double took = cpu() - start;
		WebPMemoryWriterClear(&out);
		WebPPictureFree(&picture);
		if (took < best)
			best = took;
	}
	printf("%.1f\n", best);
	return 0;
}
