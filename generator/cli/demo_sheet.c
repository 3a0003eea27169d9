/*
 * Demo sheets: 附件2 as a street would hand it in, with title rows and dirty cells, imported through the same function
 * staff use. Names, addresses and people are made up: every name carries 演示 and a number, every telephone is zeros.
 */
#include "cli/demo.h"

#include "tianlan/markup.h"

#include <stdio.h>
#include <string.h>

uint64_t demo_dice(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

const struct unit_info *demo_streets(const struct demo *d, size_t *ret_count)
{
	size_t all;
	const struct unit_info *units = policy_units(d->policy, &all);
	size_t first = 0, n = 0;
	while (first < all && !str_eq(units[first].kind, "street"))
		first++;
	while (first + n < all && str_eq(units[first + n].kind, "street"))
		n++;
	*ret_count = n;
	return units + first;
}

void demo_firm_at(const struct demo *d, int64_t index, struct demo_firm *ret)
{
	uint64_t dice = d->seed * 1000003u + (uint64_t)index;
	size_t streets;
	demo_streets(d, &streets);
	ret->index = index;
	ret->dice = demo_dice(&dice);
	ret->category = (enum category)(1 + index % 7);
	ret->ring = index % 14 < 7 ? RING_INNER : RING_OUTER;
	ret->scenario = (int)(index % 20);
	/* Streets differ in size, as real ones do. */
	ret->street = (size_t)((ret->dice >> 8) % (streets * (streets + 1) / 2));
	size_t at = 0;
	for (size_t left = ret->street; left > at; at++)
		left -= at + 1;
	ret->street = at < streets ? at : streets - 1;
	uint64_t when = demo_dice(&dice) % 100;
	ret->first_month = when < 80 ? 0 : when < 92 ? 1 : 2;
	ret->found_on = day_add(
		day_from_ymd(2017, 8, 15), (int)(demo_dice(&dice) % 100) + ret->first_month * 40);
}

static const char *const shades[] = {"云杉", "晨星", "白桦", "青石", "远山", "麦穗", "松风", "禾木",
	"银杏", "月牙", "红柳", "沙枣", "胡杨", "飞燕", "清泉", "蓝田", "金谷", "暖阳", "北辰",
	"溪谷", "石榴", "芦苇", "雪松", "丰禾"};

static const struct trade {
	const char *industry, *product, *kind, *equipment;
} trades[] = {
	{"家具", "木质柜体", "木艺加工厂", "推台锯MJ6132 2台\n喷漆房 1间"},
	{"印刷", "纸箱、标签", "印刷作坊", "单色胶印机J2108 1台"},
	{"铸造", "井盖、管件", "铸造厂", "中频炉KGPS-250 1台\n砂型机 2台"},
	{"废塑料加工", "再生颗粒", "塑料颗粒厂", "造粒机 3台\n清洗线 1条"},
	{"砖瓦窑", "空心砖", "砖瓦厂", "隧道窑 1座"},
	{"丝网加工", "护栏网", "丝网加工部", "排焊机 2台"},
	{"化工", "防冻液分装", "助剂分装点", "搅拌罐500L 2只"},
	{"橡胶生产", "密封条", "橡胶制品厂", "硫化机XLB-400 1台"},
	{"石灰窑", "熟石灰", "石灰厂", "立窑 1座"},
	{"耐火材料", "耐火砖", "耐火材料厂", "压砖机 1台"},
	{"有色金属熔炼加工", "铝锭", "金属熔炼点", "坩埚炉 2座"},
	{"其他", "豆制品包装", "包装加工部", "封口机 4台"},
	{"炭素生产", "炭块", "炭素作坊", "成型机 1台"},
	{"制革", "皮带", "皮革加工部", "片皮机 1台"},
	{"陶瓷烧制", "花盆", "陶艺作坊", "电窑 2座"},
	{"轧钢", "扁钢", "轧钢点", "轧机 1套"},
	{"水泥粉磨站", "水泥", "粉磨站", "球磨机 1台"},
};

static const char *yes_no(bool yes)
{
	return yes ? "是" : "否";
}

static const char *has_not(bool has)
{
	return has ? "有" : "无";
}

static bool in_category(enum category c, char attribute)
{
	static const char *const sets[] = {"", "s", "l", "w", "sl", "sw", "lw", "slw"};
	return strchr(sets[c], attribute) != NULL;
}

/* The 22 cells; some as people really write them: ranges, units, √, blanks. month: later reports differ in places. */
static void add_row(const struct demo *d, const struct demo_firm *f, const char *street, int month,
	int seq, struct buf *b)
{
	uint64_t dice = f->dice;
	struct arena *a = d->arena;
	const struct trade *t = &trades[demo_dice(&dice) % COUNT_OF(trades)];
	bool scattered = in_category(f->category, 's'), disorderly = in_category(f->category, 'l'),
	     polluting = in_category(f->category, 'w');
	uint64_t lacks = disorderly ? 1 + demo_dice(&dice) % 15 : 0;
	uint64_t workers = 1 + demo_dice(&dice) % 60;
	bool blank = f->scenario == 0 && demo_dice(&dice) % 3 == 0;
	const char *cells[] = {
		arena_printf(a, "%d", seq),
		t->industry,
		arena_printf(a, "%s%s（演示%03lld）", shades[demo_dice(&dice) % COUNT_OF(shades)],
			t->kind, (long long)f->index),
		arena_printf(a, "样例%s路%d号院%d排",
			(const char *[]){"一", "二", "三", "四"}[demo_dice(&dice) % 4],
			(int)(1 + f->index % 120), (int)(1 + f->index / 120)),
		arena_printf(a, "演示联系人%04lld", (long long)f->index),
		arena_printf(a, "000-0000-%04lld", (long long)(f->index % 10000)),
		f->index % 17 == 3
			? arena_printf(a, "约%d人", (int)workers)
			: arena_printf(a, "%d", (int)workers + (month == 2 && f->index % 11 == 0)),
		t->equipment,
		t->product,
		f->index % 13 == 5 ? arena_printf(a, "%d万元", (int)(workers * 7))
				   : arena_printf(a, "%d", (int)(workers * 7)),
		f->index % 3 ? "租赁" : "自建",
		blank				 ? ""
		: f->index % 9 == 0 && polluting ? "√"
						 : yes_no(polluting),
		yes_no(!scattered),
		has_not(!(lacks & 1)),
		has_not(!(lacks & 2)),
		has_not(!(lacks & 4)),
		blank ? "不清楚" : has_not(!(lacks & 8)),
		has_not(f->index % 6 == 0),
		has_not(disorderly && f->index % 4 == 0),
		yes_no(f->index % 25 == 0),
		month == 2 ? "已现场核实" : "",
		arena_printf(a, "%s样例第%d社区", street, (int)(1 + f->index % 5)),
	};
	for (size_t i = 0; i < COUNT_OF(cells); i++)
		csv_field(b, i == 0, cells[i]);
	csv_end_row(b);
}

static void add_head(const char *street, struct buf *b)
{
	csv_field(b, true, "水磨沟区小散乱污企业社区统计表（演示数据，纯属编造）");
	csv_end_row(b);
	csv_field(b, true, "单位名称：（加盖公章）");
	csv_field(b, false, street);
	csv_field(b, false, "联络员：演示联络员");
	csv_field(b, false, "联系电话：000-0000-0000");
	csv_end_row(b);
}

enum err_code demo_report(
	struct demo *d, size_t street, int month, struct day received, struct err *e)
{
	size_t streets;
	char text[DAY_TEXT_BYTES], at[40];
	struct day first = day_add_months(day_from_ymd(2017, 12, 1), month);
	const struct unit_info *unit = &demo_streets(d, &streets)[street];
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	buf_str(&b, "\xef\xbb\xbf");
	add_head(unit->name, &b);
	for (int f = FIELD_SEQ; f <= FIELD_STREET; f++)
		csv_field(&b, f == FIELD_SEQ, policy_field((enum field)f)->heading);
	csv_end_row(&b);
	int rows = 0;
	for (int64_t i = 1; i <= d->enterprises; i++) {
		struct demo_firm firm;
		demo_firm_at(d, i, &firm);
		if (firm.street == street && firm.first_month <= month)
			add_row(d, &firm, unit->name, month < 2 ? month : 2, ++rows, &b);
	}
	const char *path = path_join(d->arena, d->dir,
		arena_printf(d->arena, "sheets/%.7s-%s.csv", day_text(first, text), unit->code));
	enum err_code code = file_write_durable(path, buf_text(&b), b.len, e);
	buf_done(&b);
	if (code)
		return code;
	struct import_options o = {.unit = unit->code, .month = first};
	struct import_report report;
	snprintf(at, sizeof at, "%sT09:00:00+08:00", day_text(received, text));
	struct change_note note = {.by = "演示录入员", .why = "月报", .at = at};
	return reg_import(d->reg, path, &o, &note, d->arena, &report, e);
}
