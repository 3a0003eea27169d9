/* The least a CGI or FastCGI program can do: reads what is sent and answers. The baseline of the load test. */
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char answer[] = "Status: 200 OK\r\nContent-Type: text/html\r\n\r\n<p>ok</p>\n";

static int as_cgi(void)
{
	const char *text = getenv("CONTENT_LENGTH");
	long left = text ? strtol(text, NULL, 10) : 0;
	char chunk[65536];
	while (left > 0) {
		ssize_t n = read(0, chunk, sizeof chunk);
		if (n <= 0)
			break;
		left -= n;
	}
	return write(1, answer, sizeof answer - 1) == (ssize_t)(sizeof answer - 1) ? 0 : 1;
}

int main(int argc, char **argv)
{
	(void)argv;
	/* "bare_cgi x" is FastCGI; libfcgi is not even asked otherwise. */
	if (argc < 2)
		return as_cgi();
	FCGX_Request r;
	if (FCGX_Init() || FCGX_InitRequest(&r, 0, 0))
		return 1;
	char chunk[65536];
	while (FCGX_Accept_r(&r) == 0) {
		while (FCGX_GetStr(chunk, sizeof chunk, r.in) > 0)
			;
		FCGX_PutStr(answer, sizeof answer - 1, r.out);
		FCGX_Finish_r(&r);
	}
	return 0;
}
