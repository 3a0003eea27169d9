# Tianlan: one non-recursive makefile. `make help` lists the targets.

.DEFAULT_GOAL := all
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
PORT    ?= 8080
CC      ?= gcc
CFLAGS  ?= -O2 -g
VERSION := 0.3.0

ROOMS := base markup input crypto policy theme ledger envelope photo register site intake casework cli

# What each room stands on, for linking its tests (generator/LAYERS is the rule for includes).
BELOW_base     :=
BELOW_markup   := base
BELOW_input    := base
BELOW_crypto   := base
BELOW_policy   := input base
BELOW_theme    := markup base
BELOW_ledger   := markup crypto base
BELOW_envelope := crypto base
BELOW_photo    := base
BELOW_register := policy markup input crypto base
BELOW_site     := register theme policy markup input crypto base
BELOW_intake   := envelope theme policy markup input crypto base
BELOW_casework := envelope ledger register policy markup input crypto base
BELOW_cli      := casework intake site register envelope ledger theme policy markup input crypto base

PKGS_base     :=
PKGS_markup   :=
PKGS_input    := libconfig jansson
PKGS_crypto   := libsodium
PKGS_policy   :=
PKGS_theme    := libcmark
PKGS_ledger   := libgit2
PKGS_envelope :=
PKGS_photo    := gdlib libexif libseccomp
PKGS_register := sqlite3 minizip expat freexl xlsxwriter icu-i18n icu-uc
PKGS_site     :=
PKGS_intake   := libseccomp
PKGS_casework :=
PKGS_cli      :=
LIBS_input    := -lcsv
PKGS := $(strip $(foreach r,$(ROOMS),$(PKGS_$(r))))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wswitch-enum -Wundef -Werror
HARD := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection
STD  := -std=c17 -D_GNU_SOURCE -Iinclude -Igenerator -DTIANLAN_VERSION='"$(VERSION)"'
LINK := -pie -Wl,-z,relro,-z,now -pthread

pkg_cflags = $(if $(strip $(1)),$(shell pkg-config --cflags $(1) 2>/dev/null))
pkg_libs   = $(if $(strip $(1)),$(shell pkg-config --libs $(1) 2>/dev/null))

# ---- rooms: one archive each, in a plain and a sanitized flavour ---------------------------

SAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -U_FORTIFY_SOURCE

define ROOM
SRC_$(1) := $$(filter-out %_main.c %/cgi.c,$$(wildcard generator/$(1)/*.c))
$(BUILD)/plain/lib$(1).a: $$(SRC_$(1):%.c=$(BUILD)/plain/%.o)
$(BUILD)/san/lib$(1).a: $$(SRC_$(1):%.c=$(BUILD)/san/%.o)
$(BUILD)/fuzz/lib$(1).a: $$(SRC_$(1):%.c=$(BUILD)/fuzz/%.o)
# Tests of one room link that room and those below it.
TESTSRC_$(1) := $$(wildcard tests/unit/$(1)/*.c)
$(BUILD)/plain/test-$(1): $$(TESTSRC_$(1):%.c=$(BUILD)/plain/%.o) $(BUILD)/plain/lib$(1).a $$(BELOW_$(1):%=$(BUILD)/plain/lib%.a)
$(BUILD)/san/test-$(1): $$(TESTSRC_$(1):%.c=$(BUILD)/san/%.o) $(BUILD)/san/lib$(1).a $$(BELOW_$(1):%=$(BUILD)/san/lib%.a)
$(BUILD)/plain/test-$(1) $(BUILD)/san/test-$(1): LIBS = $$(foreach r,$(1) $$(BELOW_$(1)),$$(LIBS_$$(r)) $$(call pkg_libs,$$(PKGS_$$(r))))
endef
$(foreach r,$(ROOMS),$(eval $(call ROOM,$(r))))

TEST_TOOLS := $(BUILD)/fault.so $(BUILD)/load $(BUILD)/bare_cgi
TESTED := $(foreach r,$(ROOMS),$(if $(wildcard tests/unit/$(r)/*.c),$(r)))

PROGRAMS := tianlan report.cgi receipt.cgi photo-clean
all: $(PROGRAMS:%=$(BUILD)/%)

# ---- set-up ---------------------------------------------------------------------------------

DEPS_BUILD := pkg-config libcmark-dev libsqlite3-dev libgit2-dev libconfig-dev libcsv-dev libjansson-dev \
	libminizip-dev libexpat1-dev libfreexl-dev libxlsxwriter-dev libsodium-dev libicu-dev libfcgi-dev \
	libseccomp-dev libgd-dev libexif-dev
DEPS_RUN   := $(DEPS_BUILD) lighttpd
DEPS_CHECK := $(DEPS_RUN) libcriterion-dev valgrind clang clang-format clang-tidy libclang-rt-14-dev \
	libxml2-utils mandoc chromium fonts-noto-cjk curl sqlite3 perl unzip zip nginx-light fcgiwrap spawn-fcgi \
	imagemagick libimage-exiftool-perl webp openssl procps systemd util-linux binutils

deps: deps-check
deps-run:
	@tests/tools/deps $(DEPS_RUN)
deps-check:
	@tests/tools/deps --tools $(DEPS_CHECK)

# ---- what people run ---------------------------------------------------------------------------

run: deps-run
	@$(MAKE) --no-print-directory -j2 all
	@tests/tools/run-demo $(BUILD)/tianlan demo $(PORT)

check: deps-check
	@$(MAKE) --no-print-directory -j2 all $(TEST_TOOLS) $(PROGRAMS:%=$(BUILD)/san/%) $(foreach f,plain san,$(TESTED:%=$(BUILD)/$(f)/test-%)) $(FUZZERS)
	@BUILD=$(BUILD) TESTED="$(TESTED)" tests/run check

soak: deps-check
	@$(MAKE) --no-print-directory -j2 all $(TEST_TOOLS) $(PROGRAMS:%=$(BUILD)/san/%) $(FUZZERS)
	@BUILD=$(BUILD) tests/run soak

bench: deps-run
	@tests/tools/deps time perl
	@tests/tools/deps curl imagemagick
	@$(MAKE) --no-print-directory -j2 all $(BUILD)/measure $(BUILD)/bare_write $(BUILD)/bare_insert $(BUILD)/load $(BUILD)/bare_cgi $(BUILD)/drain_bench
	@BUILD=$(BUILD) tests/bench/tipoffs
	@$(BUILD)/drain_bench $(BUILD)/bench-drain
	@BUILD=$(BUILD) tests/bench/run $(SIZES)
bench-tipoffs: deps-run
	@tests/tools/deps curl imagemagick
	@$(MAKE) --no-print-directory -j2 all $(BUILD)/load $(BUILD)/bare_cgi $(BUILD)/drain_bench
	@BUILD=$(BUILD) tests/bench/tipoffs
	@$(BUILD)/drain_bench $(BUILD)/bench-drain

$(BUILD)/measure $(BUILD)/bare_write $(BUILD)/bare_insert $(BUILD)/load: $(BUILD)/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(CFLAGS) -pthread $< -Wl,--as-needed $(call pkg_libs,sqlite3) -o $@
$(BUILD)/bare_cgi: tests/bench/bare_cgi.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(CFLAGS) $< -Wl,-Bstatic -lfcgi -Wl,-Bdynamic -o $@

$(BUILD)/drain_bench: tests/bench/drain_bench.c $(foreach r,casework $(BELOW_casework),$(BUILD)/plain/lib$(r).a)
	@mkdir -p $(@D)
	$(CC) $(STD) $(CFLAGS) $(call pkg_cflags,$(PKGS)) $(LINK) $< $(filter %.a,$^) -Wl,--as-needed $(LIBS_tianlan) -o $@

# Made for the tests alone: trouble on the disk and in git (tests/fault), many clients at once (tests/bench/load.c).
$(BUILD)/fault.so: tests/fault/shim.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(CFLAGS) -Wall -Wextra -shared -fPIC $< -ldl -o $@

lint:
	@tests/lint/run

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

# The fuzz targets, replaying their corpus in every check and running freely in `make soak`.
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_ROOMS := casework site intake envelope ledger photo register theme policy markup input crypto base
FUZZ_FLAGS := -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz: $(FUZZERS)
$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	clang $(STD) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP $(call pkg_cflags,$(PKGS)) -c $< -o $@
$(BUILD)/fuzz_%: $(BUILD)/fuzz/tests/fuzz/fuzz_%.o $(foreach r,$(FUZZ_ROOMS),$(BUILD)/fuzz/lib$(r).a)
	clang $(FUZZ_FLAGS) -fsanitize=fuzzer -Wl,--as-needed $^ $(LIBS_input) $(call pkg_libs,$(PKGS)) -lm -o $@

coverage: deps-check
	@command -v gcovr >/dev/null || tests/tools/deps gcovr
	$(MAKE) BUILD=build/coverage CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage $(TESTED:%=build/coverage/plain/test-%)
	for room in $(TESTED); do build/coverage/plain/test-$$room >/dev/null 2>&1 || exit 1; done
	gcovr --root . --filter generator/ build/coverage

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/tianlan $(DESTDIR)$(PREFIX)/share/tianlan
	install -m 755 $(BUILD)/tianlan $(DESTDIR)$(PREFIX)/bin/tianlan
	install -m 755 $(BUILD)/report.cgi $(BUILD)/receipt.cgi $(BUILD)/photo-clean $(DESTDIR)$(PREFIX)/libexec/tianlan/
	cd $(CURDIR) && find content theme -type f -not -path 'content/man/*' -exec install -D -m 644 {} $(DESTDIR)$(PREFIX)/share/tianlan/{} \;
	for page in content/man/*.[1-8]; do section=$${page##*.}; \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$$section/$${page##*/} || exit 1; done

dist:
	git archive --prefix=tianlan-$(VERSION)/ -o tianlan-$(VERSION).tar.gz HEAD

help:
	@echo "make run       install what is missing, build, make a demo instance, serve it on 127.0.0.1:$(PORT) (PORT=)"
	@echo "make check     install what is missing, build, run every test"
	@echo "make           build build/tianlan"
	@echo "make deps      install what building and checking need (Debian 12 and 13)"
	@echo "make install   PREFIX=$(PREFIX) DESTDIR="
	@echo "make bench     measure tip-offs, import and builds at 1 000, 10 000 and 100 000 enterprises (SIZES=); bench-tipoffs: tip-offs alone"
	@echo "make soak      the long fuzz, kill and random-sequence runs"
	@echo "make lint format fuzz coverage dist clean"

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
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS) $(call pkg_libs,criterion) $(call pkg_libs,jansson) -lm -o $@

$(BUILD)/san/test-%:
	$(CC) $(SAN) $(LINK) $^ $(LIBS) $(call pkg_libs,criterion) $(call pkg_libs,jansson) -lm -o $@

# ---- programs: each links the rooms it names, and of the libraries only what those rooms use -------------

ROOMS_tianlan := cli $(BELOW_cli)
LIBS_tianlan   = $(LIBS_input) $(call pkg_libs,$(filter-out $(PKGS_photo),$(PKGS)) libseccomp) -lm
ROOMS_report  := intake $(BELOW_intake)
ROOMS_receipt := intake $(BELOW_intake)
# The exposed programs start once per request: what they use of libraries is linked in, so that nothing is searched for.
LIBS_cgi       = -Wl,-Bstatic -lfcgi -lseccomp -lsodium -lconfig -Wl,-Bdynamic -Wl,--as-needed
LIBS_cgi_san   = -Wl,--as-needed -lfcgi -lseccomp -lsodium -lconfig

$(BUILD)/tianlan: $(BUILD)/plain/generator/cli/tianlan_main.o $(ROOMS_tianlan:%=$(BUILD)/plain/lib%.a)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -Wl,--as-needed $^ $(LIBS_tianlan) -o $@

$(BUILD)/san/tianlan: $(BUILD)/san/generator/cli/tianlan_main.o $(ROOMS_tianlan:%=$(BUILD)/san/lib%.a)
	$(CC) $(SAN) $(LINK) -Wl,--as-needed $^ $(LIBS_tianlan) -o $@

$(BUILD)/report.cgi $(BUILD)/receipt.cgi: $(BUILD)/%.cgi: $(BUILD)/plain/generator/cli/%_main.o $(BUILD)/plain/generator/cli/cgi.o $(ROOMS_report:%=$(BUILD)/plain/lib%.a)
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) $^ $(LIBS_cgi) -o $@

$(BUILD)/san/report.cgi $(BUILD)/san/receipt.cgi: $(BUILD)/san/%.cgi: $(BUILD)/san/generator/cli/%_main.o $(BUILD)/san/generator/cli/cgi.o $(ROOMS_report:%=$(BUILD)/san/lib%.a)
	$(CC) $(SAN) $(LINK) $^ $(LIBS_cgi_san) -o $@

$(BUILD)/photo-clean: $(BUILD)/plain/generator/cli/photo_clean_main.o $(BUILD)/plain/libphoto.a $(BUILD)/plain/libbase.a
	$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -Wl,--as-needed $^ $(call pkg_libs,$(PKGS_photo)) -o $@

$(BUILD)/san/photo-clean: $(BUILD)/san/generator/cli/photo_clean_main.o $(BUILD)/san/libphoto.a $(BUILD)/san/libbase.a
	$(CC) $(SAN) $(LINK) -Wl,--as-needed $^ $(call pkg_libs,$(PKGS_photo)) -o $@

-include $(shell test -d $(BUILD) && find $(BUILD) -name '*.d')

clean:
	rm -rf build

.PHONY: all deps deps-run deps-check run check soak bench bench-tipoffs lint format fuzz coverage install dist help clean
.SECONDARY:
