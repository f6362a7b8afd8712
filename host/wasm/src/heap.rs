//! The C library's heap, told not to keep what compiling took.
//!
//! Compiling a large plugin takes more memory than a whole run, and threads of the run would each
//! keep a heap of their own; with one heap for all they would wait for each other. Other allocators
//! give pages back on their own; there all this does nothing.
//! Process-wide, so a binary decides, not the engine.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    #![expect(
        unsafe_code,
        reason = "two calls of the C library without pointers: they take their own locks, change \
                  when pages are returned, and return only pages that hold nothing"
    )]

    pub(super) fn settle() {
        let settings = [
            (libc::M_ARENA_MAX, 2),
            (libc::M_MMAP_THRESHOLD, 64 * 1024),
            (libc::M_TRIM_THRESHOLD, 128 * 1024),
        ];
        for (setting, value) in settings {
            // SAFETY: see the reason above. A refused setting leaves the default.
            let _is_set = unsafe { libc::mallopt(setting, value) };
        }
    }

    pub(super) fn give_back() {
        // SAFETY: see the reason above.
        let _is_less = unsafe { libc::malloc_trim(0) };
    }
}

/// For the first line of `main`: two heaps for all threads, and large blocks returned at once.
pub fn settle() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::settle();
}

/// Returns free pages to the system; after something large was compiled.
pub(crate) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::give_back();
}
