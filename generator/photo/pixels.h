/* Pixels as libgd holds them, made smaller and turned upright. The only header of the room that shows libgd's types. */
#ifndef PHOTO_PIXELS_H
#define PHOTO_PIXELS_H

#include <gd.h>

/* A new picture of true colours without alpha, no side longer than max_side: each pixel the mean of the area it stands
 * for, over white where the source lets through. Never larger than the source. NULL: no memory. */
gdImagePtr pixels_shrink(gdImagePtr source, int max_side);
/* A new picture turned as EXIF's orientation (1 to 8) says. NULL: no memory. */
gdImagePtr pixels_upright(gdImagePtr source, int orientation);

#endif
