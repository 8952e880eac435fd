#pragma once

/* One body, compiled for several instruction sets, the best of which the loader chooses. Its choice runs before the thread sanitizer is set up, and would be instrumented:
   under it there is one body for all. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLONES
#endif
#endif
#if !defined(CLONES) && !defined(__x86_64__)
#define CLONES
#endif
#ifndef CLONES
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
