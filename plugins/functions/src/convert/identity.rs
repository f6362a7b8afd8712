//! Identifiers of directories that come as bytes: GUID and SID.

use super::{Error, Letters, hex, hex_bytes};

/// The order of the bytes of a GUID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GuidOrder {
    /// The first three groups low byte first: `objectGUID` of Active Directory, .NET's `Guid`.
    #[default]
    Windows,
    /// As they are printed, RFC 9562.
    Rfc,
}

/// Sixteen bytes as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. Connect: `StringFromGuid`, in the
/// order of Windows.
pub fn guid(bytes: &[u8], order: GuidOrder) -> Result<String, Error> {
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| Error::NotAn("GUID"))?;
    let digits = hex(&swapped(bytes, order), Letters::Lower);
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    let groups = groups.map(|range| digits.get(range).unwrap_or_default());
    Ok(groups.join("-"))
}

/// The bytes of a GUID in text, with or without braces. Connect: `CGuid`.
pub fn guid_bytes(text: &str, order: GuidOrder) -> Result<[u8; 16], Error> {
    let none = Error::NotAn("GUID");
    let inner = match text.strip_prefix('{') {
        Some(open) => open.strip_suffix('}').ok_or(none.clone())?,
        None => text,
    };
    let lengths = inner.split('-').map(str::len);
    if !lengths.eq([8, 4, 4, 4, 12]) {
        return Err(none);
    }
    let bytes = hex_bytes(&inner.replace('-', "")).map_err(|_| none.clone())?;
    let bytes = bytes.try_into().map_err(|_| none)?;
    Ok(swapped(bytes, order))
}

/// Whether the text is a GUID, with or without braces. Connect: `IsGuid`.
pub fn is_guid(text: &str) -> bool {
    guid_bytes(text, GuidOrder::Rfc).is_ok()
}

/// The order of Windows turns the first three groups round; doing so twice gives the original.
fn swapped(mut bytes: [u8; 16], order: GuidOrder) -> [u8; 16] {
    if order == GuidOrder::Windows {
        for range in [0..4, 4..6, 6..8] {
            if let Some(group) = bytes.get_mut(range) {
                group.reverse();
            }
        }
    }
    bytes
}

/// A security identifier as `S-1-5-21-...`. Connect: `StringFromSid`.
pub fn sid(bytes: &[u8]) -> Result<String, Error> {
    const NONE: Error = Error::NotAn("security identifier");
    let [1, count, authority @ ..] = bytes else {
        return Err(NONE);
    };
    let (authority, parts) = authority.split_at_checked(6).ok_or(NONE)?;
    let (parts, rest) = parts.as_chunks::<4>();
    // The format has room for fifteen sub-authorities.
    if !rest.is_empty() || parts.len() != usize::from(*count) || parts.len() > 15 {
        return Err(NONE);
    }
    let authority = authority
        .iter()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut out = if authority > u64::from(u32::MAX) {
        format!("S-1-0x{authority:012X}")
    } else {
        format!("S-1-{authority}")
    };
    for part in parts {
        out.push('-');
        out.push_str(&u32::from_le_bytes(*part).to_string());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guid_is_printed_in_either_order_and_read_back() {
        let bytes: Vec<u8> = (0..16).collect();
        let windows = "03020100-0504-0706-0809-0a0b0c0d0e0f";
        assert_eq!(guid(&bytes, GuidOrder::Windows).unwrap(), windows);
        let rfc = "00010203-0405-0607-0809-0a0b0c0d0e0f";
        assert_eq!(guid(&bytes, GuidOrder::Rfc).unwrap(), rfc);
        assert_eq!(
            guid_bytes(windows, GuidOrder::Windows).unwrap().to_vec(),
            bytes
        );
        let braces = "{03020100-0504-0706-0809-0A0B0C0D0E0F}";
        assert_eq!(
            guid_bytes(braces, GuidOrder::Windows).unwrap().to_vec(),
            bytes
        );
        assert!(guid(&bytes[..15], GuidOrder::Rfc).is_err());
        assert!(is_guid(braces));
        for wrong in [
            "",
            "{03020100-0504-0706-0809-0a0b0c0d0e0f",
            "03020100050407060809",
            "g3020100-0504-0706-0809-0a0b0c0d0e0f",
            "ä302010-0504-0706-0809-0a0b0c0d0e0f",
        ] {
            assert!(!is_guid(wrong), "{wrong}");
        }
    }

    #[test]
    fn sid_is_printed_as_windows_prints_it() {
        let domain = [
            1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 0xa0, 0x65, 0xcf, 0x7e, 0x78, 0x4b, 0x9b, 0x5f,
            0xe7, 0x7c, 0x87, 0x70, 0x09, 0x1c, 0x01, 0x00,
        ];
        let text = "S-1-5-21-2127521184-1604012920-1887927527-72713";
        assert_eq!(sid(&domain).unwrap(), text);
        assert_eq!(
            sid(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]).unwrap(),
            "S-1-5-18"
        );
        assert_eq!(
            sid(&[1, 0, 1, 0, 0, 0, 0, 0]).unwrap(),
            "S-1-0x010000000000"
        );
        for wrong in [
            &domain[..27],
            &domain[..24],
            &[2, 0, 0, 0, 0, 0, 0, 5],
            &[1, 0],
            &[],
        ] {
            assert!(sid(wrong).is_err(), "{wrong:?}");
        }
    }
}
