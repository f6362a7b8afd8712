//! Where our own time goes: each row of the first comparison's table alone, by `-- --rows`.

use attune_bench::setup::Setup;
use attune_bench::{Variant, document, measure};
use attune_core::mapping::Table;

use super::look;
use crate::ours::Ours;

/// Measures and prints.
pub fn print(count: usize, rounds: usize) {
    let table = document::twelve();
    let setup = Setup::of(document::documents(count), &table);
    let alone = |fields: &[_]| Table {
        fields: fields.to_vec(),
    };
    let mut variants = vec![variant("all twelve", &setup, &table)];
    for row in &table.fields {
        let name: &'static str = row.field.name.clone().leak();
        let rows = alone(std::slice::from_ref(row));
        variants.push(variant(name, &setup, &rows));
    }
    let measured = measure(&mut variants, rounds);
    measured.print_times("rows of ours", count, "person");
}

fn variant<'a>(name: &'static str, setup: &'a Setup, table: &Table) -> Variant<'a> {
    let mut ours = Ours::new(setup, table);
    Variant {
        name,
        run: Box::new(move || look(&mut ours)),
    }
}

pub fn try_lua() {
    let lua = mlua::Lua::new();
    lua.load(r#"
local gsub, find, sub, byte = string.gsub, string.find, string.sub, string.byte
local zero, plus = byte("0"), byte("+")
local function tail(phone)
  if byte(phone) ~= zero then return phone
  elseif byte(phone, 2) == zero then return "+" .. sub(phone, 3) end
  return "+49" .. sub(phone, 2)
end
local v = {}
v.a_old = function(p) p = gsub(p, "[^%d+]+", "") return tail(p) end
v.b_find = function(p) local t = find(p, "(0)", 1, true) if t then p = sub(p, 1, t - 1) .. sub(p, t + 3) end p = gsub(p, "[^%d+]+", "") return tail(p) end
v.c_two = function(p) p = gsub(p, "%(0%)", "") p = gsub(p, "[^%d+]+", "") return tail(p) end
v.d_plus = function(p) if byte(p) == plus then p = gsub(p, "%(0%)", "", 1) end p = gsub(p, "[^%d+]+", "") return tail(p) end
v.e_one = function(p) p = gsub(p, "[^%d+]+%(?0?%)?", "") return tail(p) end
local texts = { "030 / 90182123", "+49 (0)171 1000123", "0049 171-1000123" }
for name, f in pairs(v) do
  for _, text in ipairs(texts) do
    local begun = os.clock()
    for _ = 1, 1000000 do f(text) end
    print(name, text, f(text), math.floor((os.clock() - begun) * 1000) .. " ns")
  end
end
"#).exec().unwrap();
}
