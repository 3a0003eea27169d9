/* load*.c, rules.c, industries.c: the shipped data, what is refused and where, amendments. */
#include "plan.h"

#include <stdio.h>
#include <string.h>

/* ---- the shipped data ------------------------------------------------------------------- */

Test(policy_load, the_shipped_plan_is_67_of_2017)
{
	struct policy *p = plan_load();

	cr_assert_str_eq(policy_plan(p)->number, "水政办〔2017〕67号");
	cr_assert_str_eq(day_or_dash(policy_plan(p)->issued), "2017-12-06");
	cr_assert_eq(strlen(policy_version(p)), 16);
	policy_free(p);
	policy_free(NULL);
}

Test(policy_load, units_are_the_15_streets_8_departments_and_the_inspectors)
{
	static const char *const departments[] = {"economy", "land", "planning", "environment",
		"construction", "safety", "market", "enforcement"};
	struct policy *p = plan_load();
	size_t count;
	const struct unit_info *units = policy_units(p, &count);

	cr_assert_eq(count, 24);
	cr_assert_str_eq(units[23].code, "inspectors");
	cr_assert_str_eq(units[23].kind, "team");
	cr_assert_str_eq(units[23].clause, "六、（二）");
	for (size_t i = 0; i + 1 < count; i++) {
		cr_assert_str_eq(units[i].kind, i < 15 ? "street" : "department");
		cr_assert_str_not_empty(units[i].name);
		cr_assert(str_starts(units[i].clause, "五、（二）"));
		cr_assert_str_not_empty(units[i].role);
		cr_assert_str_not_empty(units[i].tipoffs, "%s", units[i].code);
		cr_assert_str_neq(units[i].code, "650105009");
		if (i >= 15)
			cr_assert_str_eq(units[i].code, departments[i - 15]);
	}
	cr_assert_str_eq(units[0].code, "650105001");
	cr_assert_str_eq(units[0].name, "七纺街道");
	cr_assert_str_eq(units[14].name, "河马泉街道");
	policy_free(p);
}

Test(policy_load, tip_offs_go_where_the_roles_say)
{
	static const struct {
		const char *unit, *kind;
	} rows[] = {{"650105001", "核查"}, {"650105001", "违规私租私建"}, {"economy", "死灰复燃"},
		{"economy", "消防"}, {"economy", "有电"}, {"economy", "其他"}, {"land", "违法占地"},
		{"planning", "规划手续"}, {"environment", "废气"}, {"environment", "废水"},
		{"environment", "固体废物"}, {"environment", "粉尘"}, {"environment", "噪声"},
		{"environment", "环评"}, {"construction", "有水"}, {"safety", "安全隐患"},
		{"market", "执照"}, {"enforcement", "违法建筑"}};
	struct policy *p = plan_load();
	size_t count;
	const struct unit_info *units = policy_units(p, &count);

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (size_t u = 0; u < count; u++)
			if (str_eq(units[u].code, rows[i].unit))
				cr_assert_not_null(strstr(units[u].tipoffs, rows[i].kind), "%s: %s",
					units[u].code, units[u].tipoffs);
	policy_free(p);
}

Test(policy_load, kinds_of_tip_off_come_in_the_order_of_the_file)
{
	static const struct {
		const char *slug, *name, *to;
		bool emissions;
	} rows[] = {{"waste-gas", "废气、异味", "environment", true},
		{"waste-water", "废水", "environment", true},
		{"solid-waste", "废渣、固体废物", "environment", true},
		{"dust", "扬尘、粉尘", "environment", true}, {"noise", "噪声", "environment", true},
		{"no-eia", "没有环评手续", "environment", false},
		{"restart", "关停后死灰复燃", "economy", false},
		{"new-enterprise", "新冒出或者没有上报的企业", "economy", false},
		{"no-fire-procedures", "没有消防手续", "economy", false},
		{"power-still-on", "关停后仍然有电", "economy", false},
		{"unlawful-land-use", "违法占地", "land", false},
		{"no-planning", "没有规划手续建房", "planning", false},
		{"water-still-on", "责令停产或者关闭后仍然有水", "construction", false},
		{"safety-hazard", "安全隐患", "safety", false},
		{"no-licence", "没有执照或者证照不全", "market", false},
		{"unlawful-building", "违法建筑", "enforcement", false},
		{"unlawful-letting", "违规私租私建", "street", false},
		{"other", "其他", "economy", false}};
	struct policy *p = plan_load();
	size_t count;
	const struct tipoff_kind *kinds = policy_tipoff_kinds(p, &count);

	cr_assert_eq(count, COUNT_OF(rows));
	for (size_t i = 0; i < count; i++) {
		cr_assert_str_eq(kinds[i].slug, rows[i].slug);
		cr_assert_str_eq(kinds[i].name, rows[i].name);
		cr_assert_str_eq(kinds[i].to, rows[i].to, "%s", rows[i].slug);
		cr_assert_eq(kinds[i].emissions, rows[i].emissions, "%s", rows[i].slug);
	}
	policy_free(p);
}

Test(policy_load, publish_classes_are_those_of_the_table)
{
	struct policy *p = plan_load();

	for (enum field f = FIELD_SEQ; f < FIELD_COUNT; f++)
		cr_assert_eq(policy_publish_class(p, f), policy_field(f)->publish);
	policy_free(p);
}

Test(policy_load, the_version_changes_with_the_meaning_only)
{
	struct policy *p = plan_load();
	struct policy *same = plan_amended("# 附件1", "# 加一句注释\n\n# 附件1");
	struct policy *other = plan_amended("due = \"2018-09-30\"", "due = \"2018-10-01\"");

	cr_assert_str_eq(policy_version(p), policy_version(same));
	cr_assert_str_neq(policy_version(p), policy_version(other));
	policy_free(p);
	policy_free(same);
	policy_free(other);
}

/* ---- industries ------------------------------------------------------------------------- */

Test(policy_industry, sixteen_named_kinds_and_other)
{
	static const char *const names[] = {"有色金属熔炼加工", "橡胶生产", "制革", "化工",
		"陶瓷烧制", "铸造", "丝网加工", "轧钢", "耐火材料", "炭素生产", "石灰窑", "砖瓦窑",
		"水泥粉磨站", "废塑料加工", "印刷", "家具", "其他"};
	struct policy *p = plan_load();
	size_t count;
	const struct industry_info *industries = policy_industries(p, &count);

	cr_assert_eq(count, COUNT_OF(names));
	for (size_t i = 0; i < count; i++) {
		cr_assert_str_eq(industries[i].name, names[i]);
		cr_assert_eq(industries[i].named, i + 1 < count);
		cr_assert_eq(policy_industry_find(p, industries[i].slug), &industries[i]);
		cr_assert_eq(policy_industry_find(p, names[i]), &industries[i]);
	}
	cr_assert_null(policy_industry_find(p, "nonsense"));
	cr_assert_null(policy_industry_find(p, NULL));
	policy_free(p);
}

Test(policy_industry, free_text_is_matched_by_the_longest_word)
{
	static const struct {
		const char *text, *slug;
		bool exact;
	} rows[] = {
		{"铸造", "casting", true},
		{"小型铸造厂", "casting", false},
		{"家具", "furniture", true},
		{"木器加工、家具制造", "furniture", false},
		{"丝网加工", "wire-mesh", true},
		{"丝网印刷", "printing", false},
		{"废旧塑料造粒", "waste-plastics", false},
		{"其他", "other", true},
		{"其它", "other", false},
		{"水洗厂", "other", false},
		{"", "other", false},
		{NULL, "other", false},
	};
	struct policy *p = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool exact;

		cr_assert_str_eq(policy_industry_match(p, rows[i].text, &exact)->slug, rows[i].slug,
			"%s", rows[i].text ? rows[i].text : "NULL");
		cr_assert_eq(exact, rows[i].exact);
	}
	policy_free(p);
}

/* ---- what is refused, and where ---------------------------------------------------------- */

#define FIRST_RULE "category = \"san\"; ring = \"inner\"; action = \"relocate\";"

/* at: the text in the changed file where the error must point; NULL: line and column are not tested
 * here. says: a word of the message. */
static const struct {
	const char *name, *file, *find, *replace, *at, *says;
} wrong[] = {
	{"a syntax error", "annex1.conf", "plan = {", "plan = = {", NULL, ""},
	{"an unknown key of the file", "annex1.conf", "plan = {", "plans = 1;\nplan = {",
		"plans = 1", "plans"},
	{"no plan", "annex1.conf", "plan = {", "paln = {", "paln = {", "paln"},
	{"an unknown key of a rule", "annex1.conf", FIRST_RULE, FIRST_RULE " rnig = 1;", "rnig = 1",
		"rnig"},
	{"an unknown key of a version", "annex1.conf", "due = \"2018-09-30\";",
		"due = \"2018-09-30\"; duo = 1;", "duo = 1", "duo"},
	{"an unknown category", "annex1.conf", "category = \"san\";", "category = \"sam\";",
		"category = \"sam\"", "sam"},
	{"an unknown side", "annex1.conf", "ring = \"inner\";", "ring = \"middle\";",
		"ring = \"middle\"", "middle"},
	{"an unknown action", "annex1.conf", "action = \"relocate\";", "action = \"fly\";",
		"action = \"fly\"", "fly"},
	{"a due day that is none", "annex1.conf", "due = \"2018-09-30\";", "due = \"2018-09-31\";",
		"due = \"2018-09-31\"", "2018-09-31"},
	{"a due that is a number", "annex1.conf", "due = \"2018-09-30\";", "due = 20180930;",
		"due = 20180930", "due"},
	{"an in_force_from that is no day", "annex1.conf",
		"in_force_from = \"2017-12-06\";\n\t\t\tclause = \"附件1第1行",
		"in_force_from = \"2017-13-06\";\n\t\t\tclause = \"附件1第1行",
		"in_force_from = \"2017-13-06\"", "2017-13-06"},
	{"a version before the plan", "annex1.conf",
		"in_force_from = \"2017-12-06\";\n\t\t\tclause = \"附件1第1行",
		"in_force_from = \"2017-12-05\";\n\t\t\tclause = \"附件1第1行",
		"in_force_from = \"2017-12-05\"", "2017-12-06"},
	{"no months at all", "annex1.conf", "months = 2;", "months = 0;", "months = 0", "months"},
	{"months after something else", "annex1.conf", "= 2; after = \"order\";",
		"= 2; after = \"lunch\";", "after = \"lunch\"", "lunch"},
	{"a date where annex 1 has none", "annex1.conf", "due = \"none\";", "due = \"2018-02-01\";",
		"due = \"2018-02-01\"", "stop"},
	{"an unknown consequence", "annex1.conf", "missed = [ \"close\" ];",
		"missed = [ \"jail\" ];", "missed = [ \"jail\" ]", "jail"},
	{"a consequence twice", "annex1.conf", "missed = [ \"close\" ];",
		"missed = [ \"close\", \"close\" ];", "missed = [", "close"},
	{"a consequence without its sentence", "annex1.conf",
		"missed_text = \"到期没有入园的，由当地政府关停取缔\";", "", NULL, "missed_text"},
	{"the same id twice", "annex1.conf", "id = \"annex1-1-outer-relocate\"",
		"id = \"annex1-1-inner-relocate\"", NULL, "annex1-1-inner-relocate"},
	{"an id with a space", "annex1.conf", "id = \"annex1-1-inner-relocate\"",
		"id = \"annex1 1\"", "id = \"annex1 1\"", "annex1 1"},
	{"an action twice in a cell", "annex1.conf",
		"category = \"san\"; ring = \"outer\"; action = \"relocate\";", FIRST_RULE, NULL,
		"annex1-1-inner-relocate"},
	{"a missing cell", "annex1.conf",
		"category = \"san\"; ring = \"outer\"; action = \"relocate\";",
		"category = \"san\"; ring = \"inner\"; action = \"close\";", "rules = (",
		"散 二环路以外"},
	{"an empty text", "annex1.conf", "text = \"在引导下迁入工业园区\";", "text = \"\";",
		"text = \"\"", "text"},
	{"no clause", "annex1.conf", "clause = \"附件1第1行（散）二环路以内\";", "", NULL,
		"clause"},
	{"an open point of an unknown category", "annex1.conf",
		"categories = [ \"sanluan\", \"luanwu\" ]", "categories = [ \"sanluan\", \"x\" ]",
		"categories = [ \"sanluan\", \"x\" ]", "x"},
	{"a loosened class", "fields.conf", "publish = \"never\"", "publish = \"internal\"",
		"publish = \"internal\"", "contact_name"},
	{"an unknown class", "fields.conf", "publish = \"never\"", "publish = \"secret\"",
		"publish = \"secret\"", "secret"},
	{"an unknown field", "fields.conf", "id = \"contact_name\"", "id = \"contact\"",
		"id = \"contact\"", "contact"},
	{"a field twice", "fields.conf", "id = \"contact_phone\"", "id = \"contact_name\"", NULL,
		"contact_name"},
	{"an unknown key of a field", "fields.conf", "publish = \"never\"",
		"publsh = 1; publish = \"never\"", "publsh", "publsh"},
	{"an industry twice", "industries.conf", "slug = \"rubber\"", "slug = \"tanning\"", NULL,
		"tanning"},
	{"no other", "industries.conf", "slug = \"other\"", "slug = \"rest\"", "{ slug = \"rest\"",
		"other"},
	{"an industry without words", "industries.conf", "keywords = [ \"其它\" ]",
		"keywords = [ ]", "keywords = [ ]", "keywords"},
	{"a street twice", "units.conf", "code = \"650105002\"", "code = \"650105001\"", NULL,
		"650105001"},
	{"a street's code too short", "units.conf", "code = \"650105002\"", "code = \"65010502\"",
		"code = \"65010502\"", "65010502"},
	{"an unknown kind of unit", "units.conf", "kind = \"department\"", "kind = \"club\"",
		"kind = \"club\"", "club"},
	{"a role missing", "units.conf", "role = \"查处违法占地\";", "", NULL, "role"},
	{"a tip-off to nobody", "routing.conf", "to = \"safety\"", "to = \"police\"",
		"to = \"police\"", "police"},
	{"a kind of tip-off twice", "routing.conf", "slug = \"dust\"", "slug = \"noise\"", NULL,
		"noise"},
	{"a lead that is none", "routing.conf", "emissions_lead = \"environment\"",
		"emissions_lead = \"weather\"", "emissions_lead = \"weather\"", "weather"},
	{"a department left out of the order", "routing.conf", ", \"enforcement\" ]", " ]",
		"order = [", "8"},
	{"an unknown key of the clocks", "clocks.conf", "soon_days = 7;",
		"soon_days = 7;\nsooner = 1;", "sooner = 1", "sooner"},
	{"a soon below 0", "clocks.conf", "soon_days = 7;", "soon_days = -1;", "soon_days = -1",
		"soon_days"},
	{"a limit of no days", "clocks.conf", "days = 15;", "days = 0;", "days = 0", "days"},
	{"an unknown key of a limit", "clocks.conf", "days = 15;", "dyas = 15; days = 15;",
		"dyas = 15", "dyas"},
	{"an extension of no days", "clocks.conf", "extension_days = 30", "extension_days = 0",
		"extension_days = 0", "extension_days"},
	{"working that is no yes or no", "clocks.conf", "working = true; from",
		"working = \"yes\"; from", "working = \"yes\"", "working"},
	{"a law without a name", "clocks.conf", "law = \"《行政处罚法》（2021）\"", "law = \"\"",
		"law = \"\"", "law"},
	{"a limit that ends before it begins", "clocks.conf", "in_force_until = \"2022-04-30\"",
		"in_force_until = \"2004-04-30\"", "in_force_until = \"2004-04-30\"",
		"in_force_until"},
	{"versions that overlap", "clocks.conf", "in_force_from = \"2022-05-01\"",
		"in_force_from = \"2022-04-30\"", "in_force_from = \"2022-04-30\"",
		"petition-tell"},
	{"a version after one without an end", "clocks.conf",
		"in_force_until = \"2022-04-30\";\n\t  days = 15;", "days = 15;",
		"in_force_from = \"2022-05-01\"", "in_force_until"},
	{"a limit from an unknown step", "clocks.conf", "from = \"received\"", "from = \"posted\"",
		"from = \"posted\"", "posted"},
	{"a limit to a step that ends none", "clocks.conf", "to = \"concluded\"", "to = \"asked\"",
		"to = \"asked\"", "asked"},
	{"a limit from a step to nowhere", "clocks.conf", "from = \"received\"; to = \"accepted\";",
		"from = \"received\";", "from = \"received\"", "from"},
	{"a limit to the step it begins with", "clocks.conf", "to = \"concluded\"",
		"to =  \"accepted\"", "to =  \"accepted\"", "from"},
	{"two limits between the same steps", "clocks.conf", "days = 90; }",
		"days = 90; from =  \"received\"; to = \"accepted\"; }", "from =  \"received\"",
		"petition-tell"},
	{"versions between different steps", "clocks.conf",
		"in_force_from = \"2019-05-15\"; days = 20;",
		"in_force_from = \"2019-05-15\"; days = 20; from = \"dispatched\"; to = "
		"\"concluded\";",
		"name = \"disclose\"; law = \"《政府信息公开条例》（2019）\"", "disclose"},
	{"a table of days with another header", "holidays.csv", "day,kind,name", "day,type,name",
		"type", "day,kind,name"},
	{"an unknown kind of day", "holidays.csv", "2016-02-06,work", "2016-02-06,play", "play",
		"play"},
	{"a day that is none", "holidays.csv", "2016-02-07,off", "2016-02-30,off", "2016-02-30",
		"2016-02-30"},
	{"a day twice", "holidays.csv", "2016-02-08,off,春节", "2016-02-07,off,初一",
		"2016-02-07,off,初一", "2016-02-07"},
	{"a day out of order", "holidays.csv", "2016-02-09,off", "2016-01-31,off", "2016-01-31",
		"2016-01-31"},
	{"work on a weekday", "holidays.csv", "2016-02-06,work", "2016-02-05,work", "work",
		"2016-02-05"},
	{"a row with a cell too few", "holidays.csv", "2016-01-01,off,元旦", "2016-01-01,off",
		"\n2016-02-06", "2"},
	{"a row with a cell too many", "holidays.csv", "2016-01-01,off,元旦",
		"2016-01-01,off,元旦,x", "x\n", "4"},
	{"a day without a name", "holidays.csv", "2016-01-01,off,元旦", "2016-01-01,off,",
		"\n2016-02-06", "name"},
	{"an unknown ending", "retention.conf", "id = \"declined\"", "id = \"lost\"",
		"id = \"lost\"", "lost"},
	{"an ending twice", "retention.conf", "id = \"untrue\"", "id = \"merged\"",
		"id = \"merged\"; what = \"核查不属实", "merged"},
	{"an ending left out", "retention.conf",
		"{ id = \"untrue\"; what = \"核查不属实的举报\"; months = 24;\n\t  clause = "
		"\"个人信息保护法第47条；期限是本站约定\"; in_force_from = \"2017-12-06\"; },",
		"", "retention = (", "untrue"},
	{"kept for no time", "retention.conf", "months = 24", "months = 0", "months = 0", "months"},
	{"an unknown key of an ending", "retention.conf", "months = 24", "moths = 24; months = 24",
		"moths = 24", "moths"},
	{"a cell that gives one tip-off away", "gate.conf", "cell = 3", "cell = 2", "cell = 2",
		"3"},
	{"a batch below the cell", "gate.conf", "batch = 10", "batch = 2", "batch = 2", "cell"},
	{"a delay that is a text", "gate.conf", "delay_days = 28", "delay_days = \"28\"",
		"delay_days = \"28\"", "delay_days"},
	{"an unknown key of the gate", "gate.conf", "delay_days = 28;",
		"delay = 28; delay_days = 28;", "delay = 28", "delay"},
	{"a gate without its source", "gate.conf", "in_force_from = \"2017-12-06\"",
		"in_force_from = \"2017-12-6\"", "in_force_from = \"2017-12-6\"", "2017-12-6"},
	{"an item nobody counts", "ranking.conf", "id = \"duties\"", "id = \"smiles\"",
		"id = \"smiles\"", "smiles"},
	{"an item twice", "ranking.conf", "id = \"monthly-2\"", "id = \"monthly-1\"",
		"id = \"monthly-1\"; name = \"第二", "monthly-1"},
	{"an item worth nothing", "ranking.conf", "full = 25", "full = 0", "full = 0", "full"},
	{"an unknown rule of an item", "ranking.conf", "rule = \"deduct\"; points",
		"rule = \"guess\"; points", "rule = \"guess\"", "guess"},
	{"points where nothing is deducted", "ranking.conf", "rule = \"deduct\"; points = 2",
		"rule = \"share\"; points = 2", "points = 2", "points"},
	{"a tie over an item that is none", "ranking.conf", "tie_order = [ \"duties\" ]",
		"tie_order = [ \"luck\" ]", "tie_order = [", "luck"},
	{"a cutoff below 0", "ranking.conf", "cutoff_days = 15", "cutoff_days = -1",
		"cutoff_days = -1", "cutoff_days"},
};

/* The line and column of the text in the file, counted in characters from 1. */
static void place_of(const char *path, const char *at, int *ret_line, int *ret_column)
{
	struct err e = {0};
	struct buf text;
	const char *found;

	buf_init(&text, 1 << 20);
	cr_assert_eq(file_read(path, 1 << 20, &text, &e), ERR_OK);
	found = strstr(buf_text(&text), at);
	cr_assert_not_null(found, "%s", at);
	*ret_line = *ret_column = 1;
	for (const char *s = buf_text(&text); s < found; s++) {
		if (*s == '\n') {
			++*ret_line;
			*ret_column = 1;
		} else if (((unsigned char)*s & 0xc0) != 0x80)
			++*ret_column;
	}
	buf_done(&text);
}

static void check_wrong(size_t i)
{
	char *dir = plan_folder(wrong[i].file, wrong[i].find, wrong[i].replace);
	struct policy *p = NULL;
	struct err e = {0};
	char path[256];
	int line, column;

	snprintf(path, sizeof(path), "%s/%s", dir, wrong[i].file);
	cr_assert_eq(policy_load(dir, &p, &e), ERR_INPUT, "%s", wrong[i].name);
	cr_assert_null(p);
	cr_assert_str_eq(e.file, path, "%s", wrong[i].name);
	cr_assert_gt(e.line, 0, "%s", wrong[i].name);
	cr_assert_gt(e.column, 0, "%s", wrong[i].name);
	cr_assert_not_null(strstr(e.message, wrong[i].says), "%s: %s", wrong[i].name, e.message);
	if (wrong[i].at) {
		place_of(path, wrong[i].at, &line, &column);
		cr_assert(e.line == line && e.column == column, "%s: %d:%d, not %d:%d: %s",
			wrong[i].name, e.line, e.column, line, column, e.message);
	}
	plan_folder_remove(dir);
}

Test(policy_load, what_is_wrong_is_refused_at_its_line_and_column)
{
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		check_wrong(i);
}

Test(policy_load, a_missing_file_is_named)
{
	struct policy *p = NULL;
	struct err e = {0};

	cr_assert_neq(policy_load("/nonexistent", &p, &e), ERR_OK);
	cr_assert_not_null(strstr(e.message, "annex1.conf"));
	cr_assert_null(p);
}

/* A folder of before a file came: that file is read from the tree that is shipped. */
Test(policy_load, a_file_the_folder_lacks_is_read_from_the_other)
{
	char *dir = plan_folder("gate.conf", "delay_days = 28", "delay_days = 60");
	struct policy *shipped = plan_load(), *p = NULL;
	struct err e = {0};
	char path[256];

	snprintf(path, sizeof(path), "%s/holidays.csv", dir);
	cr_assert_eq(remove(path), 0);
	cr_assert_neq(policy_load(dir, &p, &e), ERR_OK);
	cr_assert_not_null(strstr(e.message, "holidays.csv"));
	cr_assert_eq(policy_load_over(dir, "content/policy", &p, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(policy_gate(p)->delay_days, 60);
	cr_assert_str_neq(policy_version(p), policy_version(shipped));
	policy_free(p);
	p = NULL;
	cr_assert_eq(policy_load_over("/nonexistent", "content/policy", &p, &e), ERR_OK);
	cr_assert_str_eq(policy_version(p), policy_version(shipped));
	policy_free(p);
	policy_free(shipped);
	plan_folder_remove(dir);
}

Test(policy_load, the_version_knows_every_file)
{
	static const struct {
		const char *file, *find, *replace;
	} rows[] = {{"clocks.conf", "soon_days = 7", "soon_days = 8"},
		{"holidays.csv", "2026-10-10,work,国庆节\n", ""},
		{"holidays.csv", "2026-10-10,work", "2026-10-11,work"},
		{"retention.conf", "months = 24", "months = 25"},
		{"gate.conf", "batch = 10", "batch = 11"},
		{"ranking.conf", "cutoff_days = 15", "cutoff_days = 16"}};
	struct policy *shipped = plan_load();

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *dir = plan_folder(rows[i].file, rows[i].find, rows[i].replace);
		struct policy *p = NULL;
		struct err e = {0};

		cr_assert_eq(policy_load(dir, &p, &e), ERR_OK, "%s", e.message);
		cr_assert_str_neq(policy_version(p), policy_version(shipped), "%s", rows[i].file);
		policy_free(p);
		plan_folder_remove(dir);
	}
	policy_free(shipped);
}

Test(policy_load, a_class_may_be_tightened)
{
	char *dir = plan_folder("fields.conf", "publish = \"banded\"", "publish = \"internal\"");
	struct policy *p = NULL;
	struct err e = {0};

	cr_assert_eq(policy_load(dir, &p, &e), ERR_OK, "%s", e.message);
	cr_assert_eq(policy_publish_class(p, FIELD_EMPLOYEES), PUBLISH_INTERNAL);
	policy_free(p);
	plan_folder_remove(dir);
}

/* ---- amendments ------------------------------------------------------------------------- */

#define AMEND_FIND "missed_text = \"到期没有入园的，由当地政府关停取缔\";\n\t\t} );"
#define AMEND_WITH(later) \
	"missed_text = \"到期没有入园的，由当地政府关停取缔\";\n\t\t}, { " later " } );"
#define LATER(day) \
	"in_force_from = \"" day "\"; clause = \"水政办〔2018〕5号一、\"; due = \"2018-12-31\"; " \
	"text = \"迁入\"; note = \"园区交付推迟\";"

static struct duty first_duty(const struct policy *p, struct arena *a, enum ring ring,
	struct day rules_as_of, struct day today)
{
	struct duty_facts facts = facts_of(CATEGORY_SAN, ring);
	struct duties d;

	policy_duties(p, a, &facts, rules_as_of, today, &d);
	cr_assert_eq(d.count, 1);
	return d.duty[0];
}

Test(policy_amend, the_version_in_force_on_the_day_decides)
{
	struct policy *p = plan_amended(AMEND_FIND, AMEND_WITH(LATER("2018-06-01")));
	struct arena *a = arena_new();
	struct day today = ymd(2018, 10, 1);
	struct duty before = first_duty(p, a, RING_INNER, ymd(2018, 5, 31), today);
	struct duty after = first_duty(p, a, RING_INNER, ymd(2018, 6, 1), today);

	cr_assert_str_eq(day_or_dash(before.due), "2018-09-30");
	cr_assert_eq(before.state, DUTY_OVERDUE);
	cr_assert_str_eq(day_or_dash(before.in_force_from), "2017-12-06");
	cr_assert_str_eq(day_or_dash(after.due), "2018-12-31");
	cr_assert_eq(after.state, DUTY_DUE);
	cr_assert_str_eq(day_or_dash(after.in_force_from), "2018-06-01");
	cr_assert_str_eq(after.clause, "水政办〔2018〕5号一、");
	cr_assert_str_eq(after.working,
		"附件1定期 2018-12-31（含当日）；按 2018-06-01 起施行的规定（园区交付推迟）");
	arena_free(a);
	policy_free(p);
}

Test(policy_amend, only_the_amended_cell_changes_and_only_across_the_day)
{
	struct policy *p = plan_amended(AMEND_FIND, AMEND_WITH(LATER("2018-06-01")));

	for (enum category c = CATEGORY_SAN; c < CATEGORY_COUNT; c++)
		for (enum ring r = RING_INNER; r < RING_COUNT; r++)
			cr_assert_eq(policy_cell_changed(p, c, r, ymd(2018, 1, 1), ymd(2018, 6, 1)),
				c == CATEGORY_SAN && r == RING_INNER);
	cr_assert_not(policy_cell_changed(
		p, CATEGORY_SAN, RING_INNER, ymd(2018, 1, 1), ymd(2018, 5, 31)));
	cr_assert_not(
		policy_cell_changed(p, CATEGORY_SAN, RING_INNER, ymd(2018, 6, 1), ymd(2019, 1, 1)));
	policy_free(p);
}

Test(policy_amend, a_repealed_rule_asks_nothing_from_its_day_on)
{
	struct policy *p = plan_amended(AMEND_FIND,
		AMEND_WITH("in_force_from = \"2019-01-01\"; clause = \"废止\"; repealed = true;"));
	struct arena *a = arena_new();
	struct duties d;

	policy_cell(p, a, CATEGORY_SAN, RING_INNER, ymd(2018, 12, 31), &d);
	cr_assert_eq(d.count, 1);
	policy_cell(p, a, CATEGORY_SAN, RING_INNER, ymd(2019, 1, 1), &d);
	cr_assert_eq(d.count, 0);
	cr_assert(policy_cell_changed(
		p, CATEGORY_SAN, RING_INNER, ymd(2018, 12, 31), ymd(2019, 1, 1)));
	arena_free(a);
	policy_free(p);
}

Test(policy_amend, before_the_plan_its_own_rules_are_read)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct duties d;

	policy_cell(p, a, CATEGORY_SANLUANWU, RING_INNER, ymd(2017, 10, 1), &d);
	cr_assert_eq(d.count, 2);
	cr_assert_eq(duty_for(&d, ACTION_CLOSE)->state, DUTY_PAST_WHEN_ISSUED);
	arena_free(a);
	policy_free(p);
}

Test(policy_amend, versions_that_do_not_go_forward_are_refused)
{
	static const struct {
		const char *later, *says;
	} rows[] = {
		{AMEND_WITH(LATER("2017-12-06")), "2017-12-06"},
		{AMEND_WITH(LATER("2017-12-05")), "2017-12-06"},
		{AMEND_WITH("in_force_from = \"2019-01-01\"; clause = \"废止\"; repealed = false;"),
			"repealed"},
		{AMEND_WITH("in_force_from = \"2019-01-01\"; clause = \"废止\"; repealed = true; "
			    "due = \"none\";"),
			"due"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *dir = plan_folder("annex1.conf", AMEND_FIND, rows[i].later);
		struct policy *p = NULL;
		struct err e = {0};

		cr_assert_eq(policy_load(dir, &p, &e), ERR_INPUT);
		cr_assert_not_null(strstr(e.message, rows[i].says), "%s", e.message);
		cr_assert_gt(e.line, 0);
		plan_folder_remove(dir);
	}
}

Test(policy_amend, the_months_may_run_from_the_day_it_was_found)
{
	struct policy *p = plan_amended("= 2; after = \"order\"", "= 2; after = \"found_on\"");
	struct arena *a = arena_new();
	struct duty_facts facts = facts_of(CATEGORY_LUAN, RING_INNER);
	struct duties d;

	policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
	cr_assert_str_eq(duty_for(&d, ACTION_COMPLETE_PROCEDURES)->missing, "found_on");
	facts.found_on = ymd(2018, 1, 15);
	policy_duties(p, a, &facts, ymd(2018, 2, 1), ymd(2018, 2, 1), &d);
	cr_assert_str_eq(day_or_dash(duty_for(&d, ACTION_COMPLETE_PROCEDURES)->due), "2018-03-15");
	arena_free(a);
	policy_free(p);
}

/* ---- the matrix ------------------------------------------------------------------------- */

Test(policy_cell, a_cell_shows_days_and_months_whatever_the_day)
{
	struct policy *p = plan_load();
	struct arena *a = arena_new();
	struct duties d;
	const struct duty *procedures, *move;

	policy_cell(p, a, CATEGORY_SANLUAN, RING_OUTER, ymd(2026, 1, 1), &d);
	procedures = duty_for(&d, ACTION_COMPLETE_PROCEDURES);
	cr_assert_eq(procedures->months, 3);
	cr_assert_eq(procedures->state, DUTY_UNKNOWN);
	cr_assert_str_eq(procedures->missing, "order");
	move = duty_for(&d, ACTION_RELOCATE);
	cr_assert_str_eq(day_or_dash(move->due), "2019-09-30");
	cr_assert_eq(move->state, DUTY_DUE);
	cr_assert_eq(move->days, 0);
	arena_free(a);
	policy_free(p);
}
