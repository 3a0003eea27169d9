/*
 * bare_insert FILE.csv DATABASE: puts the rows of a simple CSV file (no quotes, no commas inside) into one table by one
 * prepared statement in one transaction, then makes one index: the floor an import is measured against.
 * Prints "rows seconds".
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COLUMNS 22

static sqlite3 *db;

static void must(int code, int wanted)
{
	if (code != wanted) {
		fprintf(stderr, "bare_insert: %s\n", sqlite3_errmsg(db));
		exit(4);
	}
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: bare_insert FILE.csv DATABASE\n");
		return 2;
	}
	FILE *in = fopen(argv[1], "r");
	if (!in) {
		perror(argv[1]);
		return 3;
	}
	char table[1024] = "create table t (id integer primary key",
	     values[128] = "insert into t values (null";
	size_t t = strlen(table), v = strlen(values);
	for (int i = 0; i < COLUMNS; i++) {
		t += (size_t)snprintf(table + t, sizeof table - t, ", c%d text", i);
		v += (size_t)snprintf(values + v, sizeof values - v, ", ?");
	}
	snprintf(table + t, sizeof table - t, ") strict");
	snprintf(values + v, sizeof values - v, ")");

	double start = seconds();
	must(sqlite3_open(argv[2], &db), SQLITE_OK);
	must(sqlite3_exec(db, "pragma journal_mode=wal", NULL, NULL, NULL), SQLITE_OK);
	must(sqlite3_exec(db, table, NULL, NULL, NULL), SQLITE_OK);
	must(sqlite3_exec(db, "begin", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_stmt *insert;
	must(sqlite3_prepare_v2(db, values, -1, &insert, NULL), SQLITE_OK);
	char *line = NULL;
	size_t size = 0, rows = 0;
	for (ssize_t n; (n = getline(&line, &size, in)) > 0;) {
		line[strcspn(line, "\r\n")] = '\0';
		char *rest = line;
		for (int i = 1; i <= COLUMNS; i++) {
			char *cell = rest ? strsep(&rest, ",") : NULL;
			must(sqlite3_bind_text(insert, i, cell, -1, SQLITE_STATIC), SQLITE_OK);
		}
		must(sqlite3_step(insert), SQLITE_DONE);
		must(sqlite3_reset(insert), SQLITE_OK);
		rows++;
	}
	sqlite3_finalize(insert);
	must(sqlite3_exec(db, "create index t_name on t (c2, c3)", NULL, NULL, NULL), SQLITE_OK);
	must(sqlite3_exec(db, "commit", NULL, NULL, NULL), SQLITE_OK);
	must(sqlite3_close(db), SQLITE_OK);
	printf("%zu %.3f\n", rows, seconds() - start);
	free(line);
	fclose(in);
	return 0;
}
