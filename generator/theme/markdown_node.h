/* What markdown.c and inline.c share about cmark's tree; kept apart so that the other files do not see cmark. */
#ifndef THEME_MARKDOWN_NODE_H
#define THEME_MARKDOWN_NODE_H

#include "theme/theme_internal.h"

#include <cmark.h>

/* The inline children of a node. line: for the link check. */
void inlines_html(struct page_run *run, cmark_node *parent, int line);
void inlines_text(struct buf *out, cmark_node *parent);

#endif
