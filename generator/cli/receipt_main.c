/* receipt.cgi: what became of a tip-off. See receipt.cgi(8). */
#include "cli/cgi.h"

int main(void)
{
	return cgi_main(receipt_handle, false);
}
