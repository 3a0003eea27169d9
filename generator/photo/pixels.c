/*
 * Area averaging in whole numbers: a source of w pixels is laid over n wide ones so that each source pixel is n units
 * wide and each new one w units; every weight is then an integer, the weights of one new pixel sum up to w, and the
 * result is the same on every machine. Rows are gathered first, then columns.
 */
#include "photo/pixels.h"

#include "tianlan/base.h"

#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 3 };

struct shrink {
	gdImagePtr source, made;
	uint8_t palette[gdMaxColors][CHANNELS]; /* over white; when the source has one */
	uint32_t *row;				/* one source row, gathered to the new width */
	uint64_t *sum;				/* the new row so far */
};

/* One channel over white. libgd's alpha is 0 for opaque and 127 for clear. */
static uint8_t over_white(int value, int alpha)
{
	return (uint8_t)((value * (gdAlphaMax - alpha) + 255 * alpha + gdAlphaMax / 2) /
			 gdAlphaMax);
}

static void flatten_palette(struct shrink *s)
{
	gdImagePtr im = s->source;
	for (int i = 0; i < gdMaxColors; i++) {
		int alpha = i == im->transparent ? gdAlphaTransparent : im->alpha[i] & gdAlphaMax;
		s->palette[i][0] = over_white(im->red[i] & 255, alpha);
		s->palette[i][1] = over_white(im->green[i] & 255, alpha);
		s->palette[i][2] = over_white(im->blue[i] & 255, alpha);
	}
}

static inline void pixel_at(const struct shrink *s, int x, int y, uint32_t out[CHANNELS])
{
	gdImagePtr im = s->source;
	if (!im->trueColor) {
		const uint8_t *p = s->palette[im->pixels[y][x]];
		out[0] = p[0];
		out[1] = p[1];
		out[2] = p[2];
		return;
	}
	int c = im->tpixels[y][x];
	int alpha = gdTrueColorGetAlpha(c);
	out[0] = (uint32_t)gdTrueColorGetRed(c);
	out[1] = (uint32_t)gdTrueColorGetGreen(c);
	out[2] = (uint32_t)gdTrueColorGetBlue(c);
	if (alpha == 0 && c != im->transparent)
		return;
	if (c == im->transparent)
		alpha = gdAlphaTransparent;
	for (int k = 0; k < CHANNELS; k++)
		out[k] = over_white((int)out[k], alpha);
}

/* s->row: for every new column the sum of its source pixels in row y, each times its share of that column. */
static void gather_row(const struct shrink *s, int y)
{
	const uint32_t wide = (uint32_t)gdImageSX(s->source);
	const uint32_t unit = (uint32_t)gdImageSX(s->made);
	uint32_t *to = s->row;
	uint32_t left = wide; /* units that the column at `to` still takes */
	memset(s->row, 0, unit * CHANNELS * sizeof *s->row);
	for (uint32_t x = 0; x < wide; x++) {
		uint32_t p[CHANNELS];
		pixel_at(s, (int)x, y, p);
		uint32_t here = unit < left ? unit : left, next = unit - here;
		for (int k = 0; k < CHANNELS; k++)
			to[k] += p[k] * here;
		left -= here;
		if (left)
			continue;
		to += CHANNELS;
		left = wide - next;
		for (int k = 0; next && k < CHANNELS; k++)
			to[k] = p[k] * next;
	}
}

static void add_row(const struct shrink *s, uint32_t weight)
{
	const uint32_t n = (uint32_t)gdImageSX(s->made) * CHANNELS;
	for (uint32_t i = 0; i < n; i++)
		s->sum[i] += (uint64_t)s->row[i] * weight;
}

static void finish_row(const struct shrink *s, int y)
{
	const int n = gdImageSX(s->made);
	const uint64_t area = (uint64_t)gdImageSX(s->source) * (uint64_t)gdImageSY(s->source);
	for (int x = 0; x < n; x++) {
		const uint64_t *p = s->sum + (size_t)x * CHANNELS;
		int red = (int)((p[0] + area / 2) / area);
		int green = (int)((p[1] + area / 2) / area);
		int blue = (int)((p[2] + area / 2) / area);
		s->made->tpixels[y][x] = gdTrueColor(red, green, blue);
	}
	memset(s->sum, 0, (size_t)n * CHANNELS * sizeof *s->sum);
}

/* The same walk over the rows, one level up: each may end one new row and begin the next. */
static void gather(const struct shrink *s)
{
	const uint32_t high = (uint32_t)gdImageSY(s->source);
	const uint32_t unit = (uint32_t)gdImageSY(s->made);
	uint32_t left = high;
	int to = 0;
	for (uint32_t y = 0; y < high; y++) {
		uint32_t here = unit < left ? unit : left, next = unit - here;
		gather_row(s, (int)y);
		add_row(s, here);
		left -= here;
		if (left)
			continue;
		finish_row(s, to++);
		left = high - next;
		if (next)
			add_row(s, next);
	}
}

/* A side in the proportion of the longer one's shrinking, at least 1. */
static int side(int length, int longer, int max_side)
{
	if (longer <= max_side)
		return length;
	int64_t n = ((int64_t)length * max_side + longer / 2) / longer;
	return n < 1 ? 1 : (int)n;
}

gdImagePtr pixels_shrink(gdImagePtr source, int max_side)
{
	const int w = gdImageSX(source), h = gdImageSY(source), longer = w > h ? w : h;
	struct shrink s = {.source = source};
	if (w < 1 || h < 1)
		return NULL;
	s.made = gdImageCreateTrueColor(side(w, longer, max_side), side(h, longer, max_side));
	if (!s.made)
		return NULL;
	const size_t n = (size_t)gdImageSX(s.made) * CHANNELS;
	s.row = mem_zero(n, sizeof *s.row);
	s.sum = mem_zero(n, sizeof *s.sum);
	if (!source->trueColor)
		flatten_palette(&s);
	gather(&s);
	free(s.row);
	free(s.sum);
	return s.made;
}

/* EXIF 2.3, 4.6.4: orientations 5 to 8 swap the sides; where the pixel shown at (x, y) is stored in a w by h picture. */
static int stored_at(gdImagePtr from, int orientation, int x, int y)
{
	const int right = gdImageSX(from) - 1, bottom = gdImageSY(from) - 1;
	switch (orientation) {
	case 2:
		return from->tpixels[y][right - x];
	case 3:
		return from->tpixels[bottom - y][right - x];
	case 4:
		return from->tpixels[bottom - y][x];
	case 5:
		return from->tpixels[x][y];
	case 6:
		return from->tpixels[bottom - x][y];
	case 7:
		return from->tpixels[bottom - x][right - y];
	case 8:
		return from->tpixels[x][right - y];
	default:
		return from->tpixels[y][x];
	}
}

gdImagePtr pixels_upright(gdImagePtr source, int orientation)
{
	const int w = gdImageSX(source), h = gdImageSY(source);
	const bool lying = orientation >= 5;
	gdImagePtr made = gdImageCreateTrueColor(lying ? h : w, lying ? w : h);
	if (!made)
		return NULL;
	for (int y = 0; y < gdImageSY(made); y++)
		for (int x = 0; x < gdImageSX(made); x++)
			made->tpixels[y][x] = stored_at(source, orientation, x, y);
	return made;
}
