//! A transform in WebAssembly text, with holes for what a hostile guest would do there.
//!
//! It is what a compiler emits for the contract, written out: a manifest in static memory, a bump
//! allocator, `apply` as identity. `wit-component` wraps it into a component, as for any plugin.

use std::fmt::Write as _;

use attune_core::{Cell, Column, Context};
use attune_wasm::{Engine, Limits, Options};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What is written into the holes. The default is an honest identity.
pub(crate) struct Guest<'a> {
    pub(crate) id: &'a str,
    pub(crate) functions: &'a [&'a str],
    pub(crate) schema: &'a str,
    pub(crate) examples: &'a str,
    pub(crate) uses: &'a [&'a str],
    /// The full name of its functions; none where it is empty.
    pub(crate) full_name: &'a str,
    /// Runs in `describe`, before its result is returned.
    pub(crate) describe: &'a str,
    /// Runs in `open`.
    pub(crate) open: &'a str,
    /// Runs in `inputs`, before none are returned.
    pub(crate) inputs: &'a str,
    /// Runs in `apply` before the identity; `$rows`, `$inputs` and locals `$i $p $q` are there.
    pub(crate) apply: &'a str,
    /// Runs in `apply` when some row of column 0 holds the byte `~`.
    pub(crate) on_tilde: &'a str,
    /// Runs in the allocator; parameter 3 is how many bytes the host wants.
    pub(crate) realloc: &'a str,
    /// Runs once the host has read an answer of `apply`.
    pub(crate) post: &'a str,
    /// Further fields of the module: functions, globals, a start function, tables.
    pub(crate) more: &'a str,
    /// The package's version in the contract.
    pub(crate) contract: &'a str,
    /// How the guest spells texts; the manifest of this helper is always UTF-8.
    pub(crate) encoding: StringEncoding,
    /// A part of the contract, and what stands there in the guest's own copy of it.
    pub(crate) wit: (&'a str, &'a str),
}

impl Default for Guest<'_> {
    fn default() -> Self {
        Self {
            id: "same",
            functions: &["same"],
            schema: r#"{"type":"object","additionalProperties":false}"#,
            examples: r#"[{"input":["a"],"output":"a"}]"#,
            uses: &[],
            full_name: "",
            describe: "",
            open: "",
            inputs: "",
            apply: "",
            on_tilde: "",
            realloc: "",
            post: "",
            more: "",
            contract: "1.0.0",
            encoding: StringEncoding::UTF8,
            wit: ("", ""),
        }
    }
}

impl Guest<'_> {
    /// The component.
    pub(crate) fn component(&self) -> Vec<u8> {
        self.encode(&self.module(), "transform-plugin")
    }

    /// A provider instead, of the same manifest, with these bodies of `needs` and `advance`.
    pub(crate) fn provider(&self, needs: &str, advance: &str) -> Vec<u8> {
        let (image, manifest) = self.manifest();
        let interface = "attune:plugin/provider@1.0.0";
        let more = self.more;
        let module = format!(
            r#"(module
  (memory (export "memory") 16)
  (global $heap (mut i32) (i32.const 131072))
  (data (i32.const {IMAGE}) "{image}")
  {more}
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $heap (i32.and
      (i32.add (i32.add (global.get $heap) (local.get 3)) (i32.const 7)) (i32.const -8)))
    (i32.sub (global.get $heap) (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8))))
  (func (export "{interface}#describe") (result i32) (i32.const {manifest}))
  (func (export "{interface}#needs") (param i32 i32) (result i32)
    {needs}
    (i32.const {RETURN}))
  (func (export "{interface}#advance") (param $args i32) (result i32)
    {advance}
    (i32.const {RETURN})))"#
        );
        self.encode(&module, "provider-plugin")
    }

    fn encode(&self, text: &str, world: &str) -> Vec<u8> {
        let mut module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
        let wit = include_str!("../../../../wit/attune-plugin.wit");
        let wit = wit.replace(
            "attune:plugin@1.0.0",
            &format!("attune:plugin@{}", self.contract),
        );
        let wit = wit.replacen(self.wit.0, self.wit.1, 1);
        let mut resolve = Resolve::default();
        let package = resolve.push_str("attune-plugin.wit", &wit).unwrap();
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, self.encoding).unwrap();
        let mut encoder = ComponentEncoder::default().module(&module).unwrap();
        encoder.encode().unwrap()
    }

    fn module(&self) -> String {
        let (image, manifest) = self.manifest();
        let interface = format!("attune:plugin/transform@{}", self.contract);
        format!(
            r#"(module
  (import "attune:plugin/log@{contract}" "emit" (func $emit (param i32 i32 i32)))
  (import "[export]{interface}" "[resource-new]transformer" (func $new (param i32) (result i32)))
  (memory (export "memory") 16)
  (global $heap (mut i32) (i32.const 131072))
  (data (i32.const {IMAGE}) "{image}")
  (data (i32.const {TEXT}) "hello from the guest\1b[31m\n\u{{202e}}")
  {more}
  (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    {realloc}
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (block $fits
      (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
      (br_if $fits (i32.ne (i32.const -1)
        (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536))))))
      unreachable)
    (local.get $at))
  (func (export "{interface}#describe") (result i32)
    {describe}
    (i32.const {manifest}))
  (func (export "{interface}#[static]transformer.open") (param i32 i32 i32 i32) (result i32)
    {open}
    (i32.store8 (i32.const {RETURN}) (i32.const 0))
    (i32.store (i32.add (i32.const {RETURN}) (i32.const 4)) (call $new (i32.const 1)))
    (i32.const {RETURN}))
  (func (export "{interface}#[method]transformer.inputs") (param i32) (result i32)
    {inputs}
    (i64.store (i32.const {RETURN}) (i64.const 0))
    (i32.const {RETURN}))
  (func $tilde (param $inputs i32) (result i32)
    (local $p i32) (local $end i32)
    (local.set $p (i32.load (i32.add (local.get $inputs) (i32.const 16))))
    (local.set $end (i32.add (local.get $p)
      (i32.load (i32.add (local.get $inputs) (i32.const 20)))))
    (block $none
      (loop $next
        (br_if $none (i32.ge_u (local.get $p) (local.get $end)))
        (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 126))
          (then (return (i32.const 1))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br $next)))
    (i32.const 0))
  (func $apply (export "{interface}#[method]transformer.apply")
    (param $self i32) (param $now f64) (param $seeds i32) (param $seeds_len i32)
    (param $locale i32) (param $locale_len i32) (param $extra i32) (param $extra_len i32)
    (param $rows i32) (param $inputs i32) (param $inputs_len i32) (result i32)
    (local $i i32) (local $p i32) (local $q i32)
    (i32.store8 (i32.const {RETURN}) (i32.const 0))
    (memory.copy (i32.add (i32.const {RETURN}) (i32.const 4)) (local.get $inputs) (i32.const 24))
    {apply}
    (if (call $tilde (local.get $inputs)) (then {on_tilde}))
    (i32.const {RETURN}))
  (func (export "cabi_post_{interface}#[method]transformer.apply") (param i32)
    (global.set $heap (i32.const 131072))
    {post}))"#,
            contract = self.contract,
            more = self.more,
            describe = self.describe,
            open = self.open,
            inputs = self.inputs,
            apply = self.apply,
            on_tilde = self.on_tilde,
            realloc = self.realloc,
            post = self.post,
        )
    }

    /// The manifest's memory, as a data string, and the address of the record.
    fn manifest(&self) -> (String, u32) {
        let mut image = Image::at(IMAGE);
        let summary = image.text("A guest of the tests");
        let (id, version) = (image.text(self.id), image.text("1.0.0"));
        let schema = image.text(self.schema);
        let examples = image.text(self.examples);
        let uses: Vec<_> = self.uses.iter().map(|word| image.text(word)).collect();
        let uses = image.list(&uses.concat(), self.uses.len());
        let extra = match self.full_name {
            "" => [0, 0],
            full => {
                let pair = [image.text("full-name"), image.text(full)].concat();
                image.list(&pair, 1)
            }
        };
        let mut functions = Vec::new();
        for name in self.functions {
            let name = image.text(name);
            functions.extend([name, summary, schema, examples, uses, extra].concat());
        }
        let functions = image.list(&functions, self.functions.len());
        let record = image.list(&[id, version, summary, functions, [0, 0]].concat(), 1);
        (image.escaped(), record[0])
    }
}

/// Where the manifest lies, the text for log lines, and what is returned by pointer.
const IMAGE: u32 = 8_192;
pub(crate) const TEXT: u32 = 4_096;
pub(crate) const RETURN: u32 = 1_024;

/// A part of a guest's memory, laid out as the contract's records are.
pub(crate) struct Image {
    begin: u32,
    bytes: Vec<u8>,
}

impl Image {
    /// An empty one that begins at this address.
    pub(crate) fn at(begin: u32) -> Self {
        let bytes = Vec::new();
        Self { begin, bytes }
    }

    /// A text: where it lies and how long it is.
    pub(crate) fn text(&mut self, text: &str) -> [u32; 2] {
        let at = self.begin + self.bytes.len() as u32;
        self.bytes.extend_from_slice(text.as_bytes());
        [at, text.len() as u32]
    }

    /// Words of records, `length` of them in a list: where they begin, and the length.
    pub(crate) fn list(&mut self, words: &[u32], length: usize) -> [u32; 2] {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = self.begin + self.bytes.len() as u32;
        self.bytes
            .extend(words.iter().flat_map(|word| word.to_le_bytes()));
        [at, length as u32]
    }

    /// As the string of a data segment.
    pub(crate) fn escaped(&self) -> String {
        self.bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "\\{byte:02x}").unwrap();
            text
        })
    }
}

/// Short deadlines: tests count them and do not wait for them.
pub(crate) fn limits() -> Limits {
    Limits {
        transform_ms: 20,
        provider_ms: 40,
        load_ms: 200,
        ..Limits::default()
    }
}

pub(crate) fn engine() -> Engine {
    let options = Options {
        cache_dir: None,
        limits: limits(),
    };
    Engine::new(options).unwrap()
}

pub(crate) const CONTEXT: Context<'static> = Context {
    now_ms: 0,
    seeds: &[],
    locale: "und",
};

pub(crate) fn column<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Column {
    let mut column = Column::default();
    for text in texts {
        column.push(Cell::text(text.as_ref()));
    }
    column
}

/// 256 rows, of which those in `bad` hold a tilde.
pub(crate) fn rows_with_tilde(bad: &[usize]) -> Column {
    column((0..256).map(|row| {
        let mark = if bad.contains(&row) { "~" } else { "" };
        format!("row {row}{mark}")
    }))
}
