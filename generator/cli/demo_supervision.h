/* The plan's calendar in `tianlan demo`. */
#ifndef CLI_DEMO_SUPERVISION_H
#define CLI_DEMO_SUPERVISION_H

#include "cli/demo.h"

/* What the calendar asks on this day; the firms' own steps of the day are recorded. */
enum err_code demo_supervision_day(struct demo *d, struct day day, struct err *e) MUST_USE;

#endif
