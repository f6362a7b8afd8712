//! The one place where bytes become native code without being compiled here.
//!
//! Kept apart so that the reason can be read next to the single `unsafe` call of this crate's own.
//! Deliberately not here: reading files (`cache`).

use wasmtime::component::Component;

/// Compiled code that [`super::Cache`] wrote: from a file of our own user with mode 0600 in a
/// folder of our own user with mode 0700, whose whole content matches the digest in its header.
pub(super) struct Compiled<'a>(pub(super) &'a [u8]);

/// Maps compiled code.
pub(super) fn deserialize(
    engine: &wasmtime::Engine,
    compiled: &Compiled<'_>,
) -> wasmtime::Result<Component> {
    #[expect(
        unsafe_code,
        reason = "the bytes are those that `Component::serialize` gave this program: only our own \
                  user can write the folder and the file (owner and modes were checked on the \
                  opened file), the digest over the whole content rules damage out, and wasmtime \
                  checks version, target and settings itself. Whoever can forge all that already \
                  runs code as this user."
    )]
    // SAFETY: see the reason above.
    unsafe {
        Component::deserialize(engine, compiled.0)
    }
}
