/*
 * A photo of a case for staff: what lies sealed is checked against the slot, opened in memory, and sent through photo-clean
 * again, since the host that stands in the open may have sealed anything. Nothing of it touches a disk: the program reads one
 * memory file and writes another.
 */
#include "casework/casework_internal.h"

#include "tianlan/photo.h"

#include <stdlib.h>
#include <string.h>

enum { WALL_MS = 20 * 1000, SEALED_MAX = 8 << 20 };

static enum err_code read_sealed(
	struct desk *d, const struct slot *s, size_t index, struct buf *ret, struct err *e)
{
	struct arena *a = arena_new();
	char sha[SHA256_HEX_BYTES];
	enum err_code code;

	hex_encode(s->photo_sha256[index], SHA256_BYTES, sha);
	code = file_read(path_join(a, d->o.instance, case_photo_path(a, sha)), SEALED_MAX, ret, e);
	if (code == ERR_NOT_FOUND)
		code = err_set(e, ERR_NOT_FOUND,
			T("第 %zu 张照片不在这里：还没有移交过来，或者已经销毁",
				"photo %zu is not here: not handed over yet, or erased"),
			index + 1);
	arena_free(a);
	return code;
}

/* ---- through the program --------------------------------------------------------------------------------- */

static enum err_code refuse(int status, struct err *e)
{
	if (status == PHOTO_FAILED)
		return err_set(e, ERR_SYSTEM,
			T("照片清洗程序没有做成", "photo-clean could not do its work"));
	return err_set(e, ERR_INPUT,
		T("这张照片不能安全打开，没有输出（photo-clean 的结果 %d）",
			"this photo cannot be opened safely; nothing was written (photo-clean said "
			"%d)"),
		status);
}

static enum err_code clean(const char *program, struct bytes jpeg, struct buf *ret, struct err *e)
{
	const char *const argv[] = {program, NULL};
	int status = PHOTO_FAILED;
	size_t before = ret->len;
	enum err_code code = process_filter(argv, jpeg.at, jpeg.len, WALL_MS, ret, &status, e);

	if (!code && status == PHOTO_CLEANED && (ret->overflow || ret->len == before))
		status = PHOTO_FAILED;
	return code || status == PHOTO_CLEANED ? code : refuse(status, e);
}

static enum err_code open_and_clean(struct desk *d, const struct sealed_case *c, size_t index,
	const char *program, struct arena *a, struct buf *ret, struct err *e)
{
	struct buf sealed;
	struct bytes jpeg = {NULL, 0};
	const struct box_secret *secret = sealed_case_secret(d, c);
	enum err_code code = ERR_OK;

	if (!secret)
		return err_set(e, ERR_REFUSED,
			T("这里没有能打开这件举报的检查员密钥",
				"no inspector's key here opens this case"));
	if (index >= c->slot.photo_count)
		return err_set(e, ERR_NOT_FOUND,
			T("没有第 %zu 张照片，一共 %zu 张", "there is no photo %zu, of %zu"),
			index + 1, c->slot.photo_count);
	buf_init(&sealed, SEALED_MAX);
	code = read_sealed(d, &c->slot, index, &sealed, e);
	if (!code)
		code = photo_open(
			a, &c->record, &c->slot, secret, index, sealed.data, sealed.len, &jpeg, e);
	if (!code)
		code = clean(program, jpeg, ret, e);
	if (jpeg.at)
		bytes_wipe((void *)(uintptr_t)jpeg.at, jpeg.len);
	buf_done(&sealed);
	return code;
}

enum err_code desk_photo(struct desk *d, int64_t number, size_t index, const char *photo_program,
	struct buf *ret, struct err *e)
{
	struct arena *a = arena_new();
	struct sealed_case sealed;
	struct tip_case row;
	enum err_code code = ERR_OK;

	if (d->o.role != DESK_INSPECTOR)
		code = err_set(e, ERR_REFUSED,
			T("照片要用检查员的密钥看（--role inspector）",
				"photos need the inspector's key (--role inspector)"));
	if (!code)
		code = reg_case_get(d->o.reg, number, a, &row, e);
	if (!code) {
		code = sealed_case_read(d, &row, &sealed, e);
		if (!code && (!sealed.has_record || !sealed.has_slot))
			code = err_set(e, ERR_NOT_FOUND,
				T("这件举报的内容不在这里：还没有移交过来，或者已经销毁",
					"the content of this case is not here: not handed over "
					"yet, or "
					"erased"));
		if (!code)
			code = open_and_clean(d, &sealed, index, photo_program, a, ret, e);
		sealed_case_done(&sealed);
	}
	arena_free(a);
	return code;
}
