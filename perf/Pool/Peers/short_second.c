/*
 * Loaded before dpdk-test: tells it that the clock runs slower than it does, so that a case that takes a second takes a part of one. Its
 * rates are counts of that part: whoever reads them multiplies. Without it mempool_perf_autotest takes 20 minutes and more.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

uint64_t rte_get_tsc_hz(void)
{
	static uint64_t hz;
	if (hz == 0) {
		uint64_t (*real)(void) = (uint64_t (*)(void))dlsym(RTLD_NEXT, "rte_get_tsc_hz");
		const char *shorter = getenv("SHORTER");
		hz = real() / (uint64_t)(shorter != NULL ? atoi(shorter) : 1);
	}
	return hz;
}
