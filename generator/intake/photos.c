/* The pictures of a form, one after another through the launcher; what cannot be cleaned is refused, never passed through. */
#include "intake/intake_internal.h"
#include "intake/wire.h"

#include "tianlan/photo.h"

/* What became of a picture, and what the sender can do. */
static const char *sentence_for(int status)
{
	switch (status) {
	case PHOTO_NOT_A_PICTURE:
		return T("不是 JPEG、PNG 或 WebP 图片，请换一张，或者不传这一张",
			"is no JPEG, PNG or WebP picture: choose another, or leave it out");
	case PHOTO_TOO_LARGE:
		return T("像素太多，请换一张小一些的，或者不传这一张",
			"has too many pixels: choose a smaller one, or leave it out");
	case PHOTO_TOO_HEAVY:
		return T("太大，请换一张小一些的，或者不传这一张",
			"is too large: choose a smaller one, or leave it out");
	case PHOTO_EMPTY:
		return T("是空的，请重新选，或者不传这一张",
			"is empty: choose it again, or leave it out");
	default: /* PHOTO_DAMAGED, and a picture that made its reader stop */
		return T("打不开，可能已经损坏，请换一张，或者不传这一张",
			"cannot be opened, it may be damaged: choose another, or leave it out");
	}
}

static void refuse(struct arena *a, struct form *f, size_t index, int status)
{
	const char *name = f->photos[index].filename;
	form_error(f, FORM_PHOTO,
		arena_printf(a, T("第 %zu 张照片%s%s%s%s", "photo %zu %s%s%s %s"), index + 1,
			*name ? T("（", "(") : "", name, *name ? T("）", ")") : "",
			sentence_for(status)));
}

enum err_code photos_clean(struct arena *a, struct form *f, int launcher,
	struct clean_photo out[TIPOFF_PHOTOS], struct err *e)
{
	for (size_t i = 0; i < f->photo_count; i++) {
		struct bytes raw = f->photos[i].bytes;
		int status = PHOTO_EMPTY;
		enum err_code code = ERR_OK;
		if (raw.len > 0)
			code = launcher_clean(launcher, raw.at, raw.len, &status, &out[i].jpeg, e);
		if (code)
			return code;
		if (status == LAUNCHER_BUSY)
			return err_set(e, ERR_CONFLICT,
				T("照片处理正忙", "photo-clean is busy with others' photos"));
		if (status == PHOTO_CLEANED && !jpeg_size(out[i].jpeg.data, out[i].jpeg.len,
						       &out[i].width, &out[i].height))
			return err_set(e, ERR_SYSTEM,
				T("照片处理程序给出的不是图片",
					"photo-clean did not give a picture"));
		if (status != PHOTO_CLEANED) {
			refuse(a, f, i, status);
			return err_set(e, ERR_REFUSED, T("一张照片不能用", "a photo was refused"));
		}
	}
	return ERR_OK;
}
