/*
 * DPDK's mempool and ring under the loops that PollMode's pool is measured with: the installed library, its inline functions compiled here.
 *
 * get-put BULK KEEP SECONDS         one core: gets KEEP objects by BULK, puts them back by BULK, from a pool with the largest cache
 * get-put-ring BULK KEEP SECONDS    the same from a pool without a cache: every call goes to the ring
 * return RETURNERS BULK SECONDS     RETURNERS threads put into one MP/SC ring, one thread takes from it and hands out again
 *
 * It runs on the core that CORE in the environment names, else on core 1.
 *
 * Prints what it counted as NAME=VALUE words. A time of a side is the median over its calls, so that a thread that was preempted in the
 * middle of one does not count; wall_ns has everything in it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#define MAX_KEEP 1024
#define OBJECTS_PER_LOOK 65536
#define POOL_OBJECTS 8191
#define OBJECT_BYTES 2048
#define MAX_LOOKS (1 << 20)

static double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Inlined once for each bulk, so that the compiler knows it: what mempool_perf_autotest calls "constant". */
static inline __attribute__((always_inline)) int
get_put(struct rte_mempool *pool, struct rte_mempool_cache *cache, unsigned int bulk, unsigned int keep)
{
	static void *objects[MAX_KEEP] __attribute__((aligned(64)));
	for (unsigned int round = 0; round < OBJECTS_PER_LOOK / keep; round++) {
		for (unsigned int i = 0; i < keep; i += bulk)
			if (rte_mempool_generic_get(pool, &objects[i], bulk, cache) < 0)
				return -1;
		for (unsigned int i = 0; i < keep; i += bulk)
			rte_mempool_generic_put(pool, &objects[i], bulk, cache);
	}
	return 0;
}

static int by_size(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left;
	uint64_t b = *(const uint64_t *)right;
	return a < b ? -1 : a > b;
}

/* The median over stretches of 65536 objects, so that one in which the thread was preempted does not count. */
static int measure_get_put(int with_cache, unsigned int bulk, unsigned int keep, double seconds)
{
	struct rte_mempool *pool = rte_mempool_create("pool", POOL_OBJECTS, OBJECT_BYTES, with_cache ? RTE_MEMPOOL_CACHE_MAX_SIZE : 0, 0, NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);
	if (pool == NULL) {
		fprintf(stderr, "no mempool\n");
		return 1;
	}
	struct rte_mempool_cache *cache = rte_mempool_default_cache(pool, rte_lcore_id());
	static uint64_t looks[MAX_LOOKS];
	size_t count = 0;
	for (int measuring = 0; measuring < 2; measuring++) {
		double end = seconds_now() + (measuring ? seconds : 0.2);
		for (count = 0; seconds_now() < end && count < MAX_LOOKS; count++) {
			int failed;
			uint64_t before = rte_rdtsc();
			switch (bulk) {
			case 1: failed = get_put(pool, cache, 1, keep); break;
			case 4: failed = get_put(pool, cache, 4, keep); break;
			case 8: failed = get_put(pool, cache, 8, keep); break;
			case 32: failed = get_put(pool, cache, 32, keep); break;
			case 64: failed = get_put(pool, cache, 64, keep); break;
			case 512: failed = get_put(pool, cache, 512, keep); break;
			default: failed = get_put(pool, cache, bulk, keep); break;
			}
			if (failed) {
				fprintf(stderr, "the pool is empty\n");
				return 1;
			}
			looks[count] = rte_rdtsc() - before;
		}
	}
	qsort(looks, count, sizeof(looks[0]), by_size);
	printf("objects_per_second=%.0f\n", OBJECTS_PER_LOOK / keep * keep * (double)rte_get_tsc_hz() / (double)looks[count / 2]);
	return 0;
}

/* Calls by their length in ticks. */
struct histogram {
	uint64_t calls;
	uint32_t counts[1 << 16];
};

static void note(struct histogram *times, uint64_t ticks)
{
	times->counts[ticks < (1 << 16) ? ticks : (1 << 16) - 1]++;
	times->calls++;
}

static double median_ns(const struct histogram *times, unsigned int bulk)
{
	uint64_t seen = 0;
	for (unsigned int ticks = 0; ticks < (1 << 16); ticks++) {
		seen += times->counts[ticks];
		if (seen * 2 >= times->calls)
			return (double)ticks / (double)rte_get_tsc_hz() * 1e9 / bulk;
	}
	return 0;
}

struct returner {
	pthread_t thread;
	struct rte_ring *inbox;
	struct rte_ring *home;
	unsigned int bulk;
	volatile int *stop;
	struct histogram times;
};

static void use_all_cpus(void)
{
	cpu_set_t all;
	CPU_ZERO(&all);
	for (long cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++)
		CPU_SET(cpu, &all);
	pthread_setaffinity_np(pthread_self(), sizeof(all), &all);
}

static void *return_all(void *argument)
{
	struct returner *self = argument;
	void *objects[MAX_KEEP];
	use_all_cpus();
	while (!*self->stop || rte_ring_count(self->inbox) > 0) {
		unsigned int count = rte_ring_sc_dequeue_burst(self->inbox, objects, self->bulk, NULL);
		if (count == 0) {
			sched_yield();
			continue;
		}
		uint64_t before = rte_rdtsc();
		rte_ring_mp_enqueue_bulk(self->home, objects, count, NULL);
		if (count == self->bulk)
			note(&self->times, rte_rdtsc() - before);
	}
	return NULL;
}

static int measure_return(unsigned int returners, unsigned int bulk, double seconds)
{
	volatile int stop = 0;
	struct rte_ring *home = rte_ring_create("home", 16384, SOCKET_ID_ANY, RING_F_SC_DEQ);
	struct returner *all = calloc(returners, sizeof(*all));
	for (uintptr_t object = 1; object <= POOL_OBJECTS; object++)
		rte_ring_mp_enqueue(home, (void *)object);
	for (unsigned int i = 0; i < returners; i++) {
		char name[32];
		snprintf(name, sizeof(name), "inbox%u", i);
		all[i].inbox = rte_ring_create(name, 1024, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		all[i].home = home;
		all[i].bulk = bulk;
		all[i].stop = &stop;
		pthread_create(&all[i].thread, NULL, return_all, &all[i]);
	}
	void *objects[MAX_KEEP];
	struct histogram *times = calloc(1, sizeof(*times));
	uint64_t taken = 0;
	use_all_cpus();
	double start = seconds_now();
	double end = start + seconds;
	for (unsigned int turn = 0; seconds_now() < end; turn++) {
		uint64_t before = rte_rdtsc();
		unsigned int count = rte_ring_sc_dequeue_burst(home, objects, bulk, NULL);
		if (count == bulk)
			note(times, rte_rdtsc() - before);
		taken += count;
		for (unsigned int sent = 0; sent < count;) {
			struct returner *to = &all[turn % returners];
			sent += rte_ring_sp_enqueue_burst(to->inbox, objects + sent, count - sent, NULL);
			if (sent < count)
				sched_yield();
		}
		if (count == 0)
			sched_yield();
	}
	double elapsed = seconds_now() - start;
	stop = 1;
	for (unsigned int i = 0; i < returners; i++) {
		pthread_join(all[i].thread, NULL);
		if (i > 0) {
			for (unsigned int ticks = 0; ticks < (1 << 16); ticks++)
				all[0].times.counts[ticks] += all[i].times.counts[ticks];
			all[0].times.calls += all[i].times.calls;
		}
	}
	printf("owner_ns=%.3f returner_ns=%.3f wall_ns=%.3f\n", median_ns(times, bulk), median_ns(&all[0].times, bulk), elapsed * 1e9 / (double)taken);
	return 0;
}

int main(int argc, char **argv)
{
	char *core = getenv("CORE");
	char *eal[] = { "dpdk_pool", "-l", core != NULL ? core : "1", "--no-pci", "--in-memory", "--no-telemetry", "-m", "64", "--log-level", "lib.eal:error" };
	if (argc < 5) {
		fprintf(stderr, "usage: get-put BULK KEEP SECONDS | get-put-ring BULK KEEP SECONDS | return RETURNERS BULK SECONDS\n");
		return 2;
	}
	if (rte_eal_init(sizeof(eal) / sizeof(eal[0]), eal) < 0)
		return 1;
	if (strcmp(argv[1], "get-put") == 0 || strcmp(argv[1], "get-put-ring") == 0)
		return measure_get_put(argv[1][7] == '\0', (unsigned int)atoi(argv[2]), (unsigned int)atoi(argv[3]), atof(argv[4]));
	if (strcmp(argv[1], "return") == 0)
		return measure_return((unsigned int)atoi(argv[2]), (unsigned int)atoi(argv[3]), atof(argv[4]));
	return 2;
}
