# Tianlan: one non-recursive makefile. `make help` lists the targets.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
PORT    ?= 8080
CC      ?= gcc
CFLAGS  ?= -O2 -g
VERSION := 0.1.0

ROOMS := base markup input crypto policy theme register site cli

# What each room stands on, for linking its tests (generator/LAYERS is the rule for includes).
BELOW_base     :=
BELOW_markup   := base
BELOW_input    := base
BELOW_crypto   := base
BELOW_policy   := input base
BELOW_theme    := markup base
BELOW_register := policy markup input crypto base
BELOW_site     := register theme policy markup input crypto base
BELOW_cli      := site register theme policy markup input crypto base

PKGS_base     :=
PKGS_markup   :=
PKGS_input    := libconfig jansson
PKGS_crypto   := libsodium
PKGS_policy   :=
PKGS_theme    := libcmark
PKGS_register := sqlite3 minizip expat freexl xlsxwriter icu-i18n icu-uc
PKGS_site     := libdeflate
PKGS_cli      :=
LIBS_input    := -lcsv
PKGS := $(foreach r,$(ROOMS),$(PKGS_$(r)))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wswitch-enum -Wundef -Werror
HARD := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection
STD  := -std=c17 -D_GNU_SOURCE -Iinclude -Igenerator -DTIANLAN_VERSION='"$(VERSION)"'
LINK := -pie -Wl,-z,relro,-z,now -pthread

pkg_cflags = $(if $(strip $(1)),$(shell pkg-config --cflags $(1)))
pkg_libs   = $(if $(strip $(1)),$(shell pkg-config --libs $(1)))

# ---- rooms: one archive each, in a plain and a sanitized flavour ---------------------------

SAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -U_FORTIFY_SOURCE

define ROOM
SRC_$(1) := $$(filter-out %_main.c,$$(wildcard generator/$(1)/*.c))
$(BUILD)/plain/lib$(1).a: $$(SRC_$(1):%.c=$(BUILD)/plain/%.o)
$(BUILD)/san/lib$(1).a: $$(SRC_$(1):%.c=$(BUILD)/san/%.o)
# Tests of one room link that room and those below it.
TESTSRC_$(1) := $$(wildcard tests/unit/$(1)/*.c)
$(BUILD)/plain/test-$(1): $$(TESTSRC_$(1):%.c=$(BUILD)/plain/%.o) $(BUILD)/plain/lib$(1).a $$(BELOW_$(1):%=$(BUILD)/plain/lib%.a)
$(BUILD)/san/test-$(1): $$(TESTSRC_$(1):%.c=$(BUILD)/san/%.o) $(BUILD)/san/lib$(1).a $$(BELOW_$(1):%=$(BUILD)/san/lib%.a)
$(BUILD)/plain/test-$(1) $(BUILD)/san/test-$(1): LIBS = $$(foreach r,$(1) $$(BELOW_$(1)),$$(LIBS_$$(r)) $$(call pkg_libs,$$(PKGS_$$(r))))
endef
$(foreach r,$(ROOMS),$(eval $(call ROOM,$(r))))

TESTED := $(foreach r,$(ROOMS),$(if $(wildcard tests/unit/$(r)/*.c),$(r)))

all: $(BUILD)/tianlan

%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/plain/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(filter-out -Wconversion -Wpedantic,$(WARN)) $(HARD) -MMD -MP $(CFLAGS) $(call pkg_cflags,$(PKGS) criterion) -c $< -o $@

$(BUILD)/san/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(filter-out -Wconversion -Wpedantic,$(WARN)) $(SAN) -MMD -MP $(call pkg_cflags,$(PKGS) criterion) -c $< -o $@

$(BUILD)/plain/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(HARD) -MMD -MP $(CFLAGS) $(call pkg_cflags,$(PKGS)) -c $< -o $@

$(BUILD)/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(SAN) -MMD -MP $(call pkg_cflags,$(PKGS)) -c $< -o $@

$(BUILD)/plain/test-%:
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) $(call pkg_libs,criterion) -lm -o $@

$(BUILD)/san/test-%:
	$(CC) $(SAN) $(LINK) $^ $(LIBS) $(call pkg_libs,criterion) -lm -o $@

ALL_LIBS = $(LIBS_input) $(call pkg_libs,$(PKGS)) -lm

$(BUILD)/tianlan: $(BUILD)/plain/generator/cli/tianlan_main.o $(foreach r,cli $(BELOW_cli),$(BUILD)/plain/lib$(r).a)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(ALL_LIBS) -o $@

$(BUILD)/san/tianlan: $(BUILD)/san/generator/cli/tianlan_main.o $(foreach r,cli $(BELOW_cli),$(BUILD)/san/lib$(r).a)
	$(CC) $(SAN) $(LINK) $^ $(ALL_LIBS) -o $@

-include $(shell test -d $(BUILD) && find $(BUILD) -name '*.d')

clean:
	rm -rf build

.PHONY: all clean
.SECONDARY:
