//! Builds for tests that swap one for another: honest ones whose answers tell which build gave
//! them, and ones that look honest until they are in use.
//!
//! All have one function, `same`, and any id, so that each can take the place of each. Deliberately
//! not here: how a guest is written (`guest`).

use super::guest::{Guest, RETURN};

/// Values that a build answers before it breaks down, where its options do not say `after`.
pub(crate) const AFTER: u32 = 10_000;

/// Answers each text with this suffix (at most 64 bytes): a value tells the build that made it.
pub(crate) fn mark(id: &str, suffix: &str) -> Vec<u8> {
    let more = format!(
        r#"(data (i32.const {SUFFIX}) "{suffix}")
  (func $mark (param $inputs i32) (param $rows i32)
    (local $kinds i32) (local $ends i32) (local $data i32) (local $new_ends i32)
    (local $new_data i32) (local $row i32) (local $from i32) (local $end i32) (local $to i32)
    (local.set $kinds (i32.load (local.get $inputs)))
    (local.set $ends (i32.load offset=8 (local.get $inputs)))
    (local.set $data (i32.load offset=16 (local.get $inputs)))
    (local.set $new_ends (call $realloc (i32.const 0) (i32.const 0) (i32.const 4)
      (i32.mul (local.get $rows) (i32.const 4))))
    (local.set $new_data (call $realloc (i32.const 0) (i32.const 0) (i32.const 1)
      (i32.add (i32.load offset=20 (local.get $inputs))
        (i32.mul (local.get $rows) (i32.const {bytes})))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
        (local.set $end (i32.load (i32.add (local.get $ends)
          (i32.mul (local.get $row) (i32.const 4)))))
        (memory.copy (i32.add (local.get $new_data) (local.get $to))
          (i32.add (local.get $data) (local.get $from))
          (i32.sub (local.get $end) (local.get $from)))
        (local.set $to (i32.add (local.get $to)
          (i32.sub (local.get $end) (local.get $from))))
        (local.set $from (local.get $end))
        (if (i32.eq (i32.load8_u (i32.add (local.get $kinds) (local.get $row))) (i32.const 2))
          (then
            (memory.copy (i32.add (local.get $new_data) (local.get $to))
              (i32.const {SUFFIX}) (i32.const {bytes}))
            (local.set $to (i32.add (local.get $to) (i32.const {bytes})))))
        (i32.store (i32.add (local.get $new_ends)
          (i32.mul (local.get $row) (i32.const 4))) (local.get $to))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $next)))
    (i32.store (i32.const {ends}) (local.get $new_ends))
    (i32.store (i32.const {data}) (local.get $new_data))
    (i32.store (i32.const {length}) (local.get $to)))"#,
        bytes = suffix.len(),
        ends = RETURN + 12,
        data = RETURN + 20,
        length = RETURN + 24,
    );
    let examples =
        format!(r#"[{{"input":["a"],"output":"a{suffix}"}},{{"input":[null],"output":null}}]"#);
    let guest = Guest {
        id,
        examples: &examples,
        more: &more,
        apply: "(call $mark (local.get $inputs) (local.get $rows))",
        ..Guest::default()
    };
    guest.component()
}

/// Answers what it is given, and traps once an instance has seen more than `after` values (an
/// option; [`AFTER`] without it). A new instance begins to count anew, so no value is lost as long
/// as it bears more than one.
pub(crate) fn good_then_traps(id: &str) -> Vec<u8> {
    good_then(id, "unreachable")
}

/// The same, but then it never returns.
pub(crate) fn good_then_loops(id: &str) -> Vec<u8> {
    good_then(id, "(loop $endless (br $endless))")
}

fn good_then(id: &str, what: &str) -> Vec<u8> {
    let more = format!(
        r"(global $seen (mut i64) (i64.const 0))
  (global $after (mut i64) (i64.const {AFTER}))
  (func $read (param $at i32) (param $bytes i32)
    (local $end i32) (local $digit i32) (local $value i64) (local $is_given i32)
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
        (if (i32.lt_u (local.get $digit) (i32.const 10))
          (then
            (local.set $is_given (i32.const 1))
            (local.set $value (i64.add (i64.mul (local.get $value) (i64.const 10))
              (i64.extend_i32_u (local.get $digit))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (if (local.get $is_given) (then (global.set $after (local.get $value)))))
  (func $breaks_down {what})"
    );
    let guest = Guest {
        id,
        schema: r#"{"type":"object","additionalProperties":false,"properties":{"after":{"type":"integer","minimum":0,"maximum":1000000000,"description":"Values that it bears"}}}"#,
        more: &more,
        open: "(call $read (local.get 2) (local.get 3))",
        apply:
            "(global.set $seen (i64.add (global.get $seen) (i64.extend_i32_u (local.get $rows))))
                (if (i64.gt_u (global.get $seen) (global.get $after)) (then (call $breaks_down)))",
        ..Guest::default()
    };
    guest.component()
}

/// Never returns from a batch. It has no examples, so nothing of that shows while it is loaded.
pub(crate) fn loops(id: &str) -> Vec<u8> {
    let guest = Guest {
        id,
        apply: "(loop $endless (br $endless))",
        examples: "[]",
        ..Guest::default()
    };
    guest.component()
}

/// Answers what it is given, but for some `percent` of all different texts the letters are all `x`:
/// valid, wrong, and always the same ones.
pub(crate) fn wrong_for(id: &str, percent: u32) -> Vec<u8> {
    let more = format!(
        r"(func $is_letter (param $byte i32) (result i32)
    (i32.lt_u (i32.sub (i32.or (local.get $byte) (i32.const 32)) (i32.const 97)) (i32.const 26)))
  (func $spoil (param $at i32) (param $end i32)
    (local $mixed i32) (local $begin i32)
    (local.set $begin (local.get $at))
    (local.set $mixed (i32.const 0x811c9dc5))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $mixed (i32.mul (i32.const 0x01000193)
          (i32.xor (local.get $mixed) (i32.load8_u (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (if (i32.ge_u (i32.rem_u (i32.shr_u (local.get $mixed) (i32.const 8)) (i32.const 100))
          (i32.const {percent}))
      (then (return)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $begin) (local.get $end)))
        (if (call $is_letter (i32.load8_u (local.get $begin)))
          (then (i32.store8 (local.get $begin) (i32.const 120))))
        (local.set $begin (i32.add (local.get $begin) (i32.const 1)))
        (br $next))))
  (func $wrong (param $inputs i32) (param $rows i32)
    (local $row i32) (local $from i32) (local $end i32) (local $data i32)
    (local.set $data (i32.load offset=16 (local.get $inputs)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
        (local.set $end (i32.load (i32.add (i32.load offset=8 (local.get $inputs))
          (i32.mul (local.get $row) (i32.const 4)))))
        (if (i32.eq (i32.const 2)
              (i32.load8_u (i32.add (i32.load (local.get $inputs)) (local.get $row))))
          (then (call $spoil (i32.add (local.get $data) (local.get $from))
            (i32.add (local.get $data) (local.get $end)))))
        (local.set $from (local.get $end))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $next))))"
    );
    let guest = Guest {
        id,
        examples: r#"[{"input":["12"],"output":"12"}]"#,
        more: &more,
        apply: "(call $wrong (local.get $inputs) (local.get $rows))",
        ..Guest::default()
    };
    guest.component()
}

/// Where a suffix lies, between what the guest says and its manifest.
const SUFFIX: u32 = 6_144;
