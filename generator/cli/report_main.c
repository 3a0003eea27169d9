/* report.cgi: the form for a tip-off. See report.cgi(8). */
#include "cli/cgi.h"

int main(void)
{
	return cgi_main(report_handle, true);
}
