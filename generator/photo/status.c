/* What a status means, said to the person who sent the picture. */
#include "tianlan/photo.h"

const char *photo_status_text(int status)
{
	switch (status) {
	case PHOTO_CLEANED:
		return T("照片可以用。", "The photo can be used.");
	case PHOTO_NOT_A_PICTURE:
		return T("这不是 JPEG、PNG 或 WebP 静态图片，请换一个文件。",
			"This is no still JPEG, PNG or WebP picture. Please choose another file.");
	case PHOTO_TOO_LARGE:
		return T("照片的像素太多：最多 5000 万像素。请缩小后再传。",
			"The photo has too many pixels: at most 50 million. Please make it "
			"smaller.");
	case PHOTO_TOO_HEAVY:
		return T("照片文件超过 10 MB。请缩小后再传。",
			"The photo is larger than 10 MB. Please make it smaller.");
	case PHOTO_EMPTY:
		return T("照片文件是空的。", "The photo is an empty file.");
	case PHOTO_FAILED:
		return T("现在不能处理照片。请稍后再试，或者不附照片。",
			"The photo cannot be processed now. Please try later, or without it.");
	default: /* PHOTO_DAMAGED, and the signals */
		return T("照片读不出来，或者不完整。请重新拍摄或换一个文件。",
			"The photo cannot be read or is not complete. Please take or choose "
			"another.");
	}
}
