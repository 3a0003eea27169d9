/* JSON (RFC 8259). The commas are kept by depth; text must be UTF-8. */
#include "markup/escape.h"

#include <string.h>

static const char *const json_table[256] = {['"'] = "\\\"",
	['\\'] = "\\\\",
	[1] = "\\u0001",
	[2] = "\\u0002",
	[3] = "\\u0003",
	[4] = "\\u0004",
	[5] = "\\u0005",
	[6] = "\\u0006",
	[7] = "\\u0007",
	[8] = "\\b",
	[9] = "\\t",
	[10] = "\\n",
	[11] = "\\u000b",
	[12] = "\\f",
	[13] = "\\r",
	[14] = "\\u000e",
	[15] = "\\u000f",
	[16] = "\\u0010",
	[17] = "\\u0011",
	[18] = "\\u0012",
	[19] = "\\u0013",
	[20] = "\\u0014",
	[21] = "\\u0015",
	[22] = "\\u0016",
	[23] = "\\u0017",
	[24] = "\\u0018",
	[25] = "\\u0019",
	[26] = "\\u001a",
	[27] = "\\u001b",
	[28] = "\\u001c",
	[29] = "\\u001d",
	[30] = "\\u001e",
	[31] = "\\u001f",
	[127] = "\\u007f"};

static void add_string(struct buf *b, const char *s)
{
	buf_char(b, '"');
	escape_add(b, s, strlen(s), json_table);
	buf_char(b, '"');
}

static void begin_value(struct json *j, const char *key)
{
	uint32_t bit = (uint32_t)1 << (j->depth & 31);
	if (j->has_item & bit)
		buf_char(j->out, ',');
	j->has_item |= bit;
	if (key) {
		add_string(j->out, key);
		buf_char(j->out, ':');
	}
}

static void go_down(struct json *j, const char *key, char bracket)
{
	begin_value(j, key);
	buf_char(j->out, bracket);
	j->depth++;
	j->has_item &= ~((uint32_t)1 << (j->depth & 31));
}

void json_out_init(struct json *j, struct buf *out)
{
	*j = (struct json){.out = out};
}

void json_out_object(struct json *j, const char *key)
{
	go_down(j, key, '{');
}

void json_out_object_end(struct json *j)
{
	j->depth--;
	buf_char(j->out, '}');
}

void json_out_array(struct json *j, const char *key)
{
	go_down(j, key, '[');
}

void json_out_array_end(struct json *j)
{
	j->depth--;
	buf_char(j->out, ']');
}

void json_out_string(struct json *j, const char *key, const char *value)
{
	begin_value(j, key);
	if (value)
		add_string(j->out, value);
	else
		buf_str(j->out, "null");
}

void json_out_int(struct json *j, const char *key, int64_t value)
{
	begin_value(j, key);
	buf_int(j->out, value);
}

void json_out_bool(struct json *j, const char *key, bool value)
{
	begin_value(j, key);
	buf_str(j->out, value ? "true" : "false");
}

void json_out_null(struct json *j, const char *key)
{
	json_out_string(j, key, NULL);
}
