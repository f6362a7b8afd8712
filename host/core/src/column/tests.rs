//! What a hostile plugin could return, and that nothing of it gets through or panics.

use proptest::prelude::*;

use super::*;

fn column(cells: &[(u8, &[u8])]) -> Column {
    let (mut kinds, mut ends, mut data) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, bytes) in cells {
        kinds.push(*kind);
        data.extend_from_slice(bytes);
        ends.push(data.len() as u32);
    }
    Column::from_parts(kinds, ends, data)
}

fn value_error(kind: u8, bytes: &[u8]) -> Option<&'static str> {
    match column(&[(kind, bytes)]).check(1, true) {
        Ok(()) => None,
        Err(Error::Value { row: 0, what }) => Some(what),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn shape_when_wrong_is_refused() {
    let check = |kinds: &[u8], ends: &[u32], data: &[u8], rows| {
        Column::from_parts(kinds.to_vec(), ends.to_vec(), data.to_vec()).check(rows, true)
    };
    assert_eq!(check(&[2, 2], &[1, 2], b"ab", 2), Ok(()));
    assert_eq!(check(&[], &[], b"", 0), Ok(()));
    assert!(matches!(
        check(&[], &[], b"x", 0),
        Err(Error::Bounds { .. })
    ));
    assert!(matches!(
        check(&[2], &[1, 2], b"ab", 2),
        Err(Error::Length { .. })
    ));
    assert!(matches!(
        check(&[2, 2], &[1, 2], b"ab", 3),
        Err(Error::Length { .. })
    ));
    assert_eq!(
        check(&[2, 2], &[2, 1], b"ab", 2),
        Err(Error::Bounds { row: 1 })
    );
    assert_eq!(
        check(&[2, 2], &[1, 3], b"ab", 2),
        Err(Error::Bounds { row: 1 })
    );
    assert_eq!(
        check(&[2, 2], &[1, 1], b"ab", 2),
        Err(Error::Bounds { row: 1 })
    );
    assert_eq!(
        check(&[2, 2], &[u32::MAX, 2], b"ab", 2),
        Err(Error::Bounds { row: 0 })
    );
    assert_eq!(
        check(&[2, 8], &[1, 2], b"ab", 2),
        Err(Error::Kind { row: 1, kind: 8 })
    );
    let kept = column(&[(16, b"")]);
    assert_eq!(kept.check(1, true), Ok(()));
    assert_eq!(kept.check(1, false), Err(Error::Kind { row: 0, kind: 16 }));
}

#[test]
fn ends_that_rise_until_they_begin_again_are_refused() {
    let check = |ends: Vec<u32>, bytes: usize| {
        let rows = ends.len();
        Column::from_parts(vec![2; rows], ends, vec![b'x'; bytes]).check(rows, true)
    };
    // Every row has the longest legal text, as far as a difference of 32 bits says.
    let around = (1..=65_537_u32)
        .map(|row| row.wrapping_mul(65_536))
        .collect();
    assert_eq!(check(around, 65_536), Err(Error::Bounds { row: 1 }));
    let fallen = vec![65_536, u32::MAX, 65_535];
    assert_eq!(check(fallen, 65_535), Err(Error::Bounds { row: 0 }));
    let most = (1..=300).map(|row| row * 65_536).collect();
    assert_eq!(check(most, 300 * 65_536), Ok(()));
}

#[test]
fn characters_when_cut_by_a_row_end_are_refused() {
    let cut = Column::from_parts(vec![2, 2], vec![1, 2], "ü".as_bytes().to_vec());
    assert!(matches!(
        cut.check(2, false),
        Err(Error::Value { row: 0, .. })
    ));
    let whole = Column::from_parts(vec![2, 2], vec![2, 4], "üß".as_bytes().to_vec());
    assert_eq!(whole.check(2, false), Ok(()));
}

#[test]
fn values_when_they_do_not_fit_their_kind_are_refused() {
    for right in [
        "0",
        "-0",
        "12",
        "-9223372036854775808",
        "9223372036854775807",
    ] {
        assert_eq!(value_error(3, right.as_bytes()), None, "{right}");
    }
    for wrong in [
        "",
        "-",
        "01",
        "+1",
        "1.0",
        "1e3",
        "9223372036854775808",
        " 1",
        "1 ",
        "0x1",
    ] {
        assert!(value_error(3, wrong.as_bytes()).is_some(), "{wrong}");
    }
    for right in ["0.5", "1e400", "-1.25E-7", "123456789012345678901234567890"] {
        assert_eq!(value_error(4, right.as_bytes()), None, "{right}");
    }
    for wrong in ["", ".5", "1.", "1e", "NaN", "Infinity", "1.2.3", "--1"] {
        assert!(value_error(4, wrong.as_bytes()).is_some(), "{wrong}");
    }
    assert_eq!(value_error(5, b"true"), None);
    assert!(value_error(5, b"True").is_some());
    assert_eq!(value_error(6, b"{\"a\":[1,2]}"), None);
    for wrong in ["", "1", "\"x\"", "[", "[1]]", "{}{}", "[\"a\\x\"]", "]["] {
        assert!(value_error(6, wrong.as_bytes()).is_some(), "{wrong}");
    }
    assert_eq!(
        value_error(
            6,
            format!("{}{}", "[".repeat(64), "]".repeat(64)).as_bytes()
        ),
        None
    );
    assert!(
        value_error(
            6,
            format!("{}{}", "[".repeat(65), "]".repeat(65)).as_bytes()
        )
        .is_some()
    );
    assert_eq!(value_error(7, &[0xff, 0]), None);
    assert!(value_error(2, &[0xff]).is_some());
    assert!(value_error(2, &[0xc0, 0x80]).is_some(), "overlong");
    assert!(value_error(2, &[0xed, 0xa0, 0x80]).is_some(), "surrogate");
    assert!(value_error(2, b"a\0b").is_some());
    assert!(value_error(0, b"x").is_some());
    assert!(value_error(17, b"x").is_some());
    assert_eq!(value_error(19, br#"{"code":"x","message":"y"}"#), None);
    assert!(value_error(19, br#"{"code":"","message":"y"}"#).is_some());
    assert!(value_error(19, b"{}").is_some());
}

#[test]
fn value_when_longer_than_the_limit_is_refused() {
    assert_eq!(value_error(2, &vec![b'a'; VALUE_BYTES_MAX]), None);
    assert!(value_error(2, &vec![b'a'; VALUE_BYTES_MAX + 1]).is_some());
    assert_eq!(value_error(7, &vec![0; VALUE_BYTES_MAX + 1]), None);
    assert!(value_error(7, &vec![0; BYTES_MAX + 1]).is_some());
}

#[test]
fn problems_and_lists_when_pushed_pass_the_check() {
    let mut pushed = Column::default();
    pushed.push_problem(&Problem::new("x", "quote \" and \u{1}"));
    pushed.push_list(["a", "\"b\"\n"]);
    pushed.push_list([]);
    assert_eq!(pushed.check(3, true), Ok(()));
    assert_eq!(pushed.cell(1).bytes, br#"["a","\"b\"\n"]"#);
}

proptest! {
    #[test]
    fn any_column_when_checked_and_read_never_panics(
        kinds in prop::collection::vec(0_u8..24, 0..8),
        ends in prop::collection::vec(0_u32..40, 0..8),
        data in prop::collection::vec(any::<u8>(), 0..32),
        rows in 0_usize..8,
    ) {
        let column = Column::from_parts(kinds, ends, data);
        let checked = column.check(rows, true);
        for cell in column.iter() {
            let _ = crate::Outcome::of(cell);
            let _ = crate::json::one(cell);
        }
        let _ = column.take(&[0, 7, 3]);
        let _ = column.slice(1..6);
        let _ = Column::decode(&column.encode());
        if checked.is_ok() {
            prop_assert_eq!(column.rows(), rows);
            prop_assert_eq!(Column::decode(&column.encode()).unwrap(), column);
        }
    }

    #[test]
    fn checked_text_when_read_is_text(parts in prop::collection::vec(".{0,6}", 0..6)) {
        let mut column = Column::default();
        for part in &parts {
            column.push(Cell::text(part));
        }
        let clean = parts.iter().all(|part| !part.contains('\0'));
        prop_assert_eq!(column.check(parts.len(), false).is_ok(), clean);
    }
}
