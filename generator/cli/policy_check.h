/*
 * policy_check: tianlan policy check [DIR]: whether a folder of policy data can be used.
 */
#ifndef CLI_POLICY_CHECK_H
#define CLI_POLICY_CHECK_H

#include "cli/cli.h"

cmd_fn policy_check;

#endif
