/*
 * What report.cgi and receipt.cgi share: the same program as CGI or FastCGI (libfcgi decides by standard input), reading the
 * request, closing the sandbox at the right moment, writing the response.
 */
#ifndef CLI_CGI_H
#define CLI_CGI_H

#include "tianlan/intake.h"

typedef void cgi_handler(struct intake *in, const struct request *req, const struct chance *chance,
	struct response *res);
/* writes: report.cgi, with photo launcher and writing rights; receipt.cgi has neither. Returns the exit status. */
int cgi_main(cgi_handler *handle, bool writes);

#endif
