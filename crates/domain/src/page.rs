//! Limits, cursors and search patterns of lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Timestamp;
use store::conversations::{ListPosition, SidebarPosition};
use store::tasks::TaskPlace;
use uuid::Uuid;

use crate::Error;

/// How many rows a page has; `(usual, most)`.
pub(crate) fn limit(asked: Option<u32>, (usual, most): (u32, u32)) -> Result<u32, Error> {
    match asked {
        None => Ok(usual),
        Some(limit) if (1..=most).contains(&limit) => Ok(limit),
        Some(_) => Err(Error::invalid("limit", format!("must be between 1 and {most}"))),
    }
}

fn broken() -> Error {
    Error::invalid("cursor", "must be the next_cursor of the page before, unchanged")
}

/// An opaque cursor for a row's id.
pub(crate) fn write_id(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

pub(crate) fn read_id(cursor: &str) -> Result<Uuid, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| broken())?;
    Uuid::from_slice(&bytes).map_err(|_| broken())
}

/// An opaque cursor for a place in the task list. It holds the place itself: the task that stood there may be ticked or
/// deleted before the next page is asked for.
pub(crate) fn write_task(place: TaskPlace) -> String {
    let mut bytes = vec![u8::from(place.list_rank != 0)];
    bytes.extend_from_slice(&place.sort_at.to_be_bytes());
    bytes.extend_from_slice(&place.place.to_be_bytes());
    bytes.extend_from_slice(place.id.0.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn read_task(cursor: &str) -> Result<TaskPlace, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| broken())?;
    let (rank, rest) = bytes.split_first_chunk::<1>().ok_or_else(broken)?;
    let (sort_at, rest) = rest.split_first_chunk::<8>().ok_or_else(broken)?;
    let (place, id) = rest.split_first_chunk::<8>().ok_or_else(broken)?;
    if rank[0] > 1 {
        return Err(broken());
    }
    Ok(TaskPlace {
        list_rank: i16::from(rank[0]),
        sort_at: f64::from_be_bytes(*sort_at),
        place: f64::from_be_bytes(*place),
        id: Uuid::from_slice(id).map_err(|_| broken())?.into(),
    })
}

/// An opaque cursor for a place in a list by time.
pub(crate) fn write_place(at: Timestamp, id: Uuid) -> String {
    let mut bytes = at.as_millis().to_be_bytes().to_vec();
    bytes.extend_from_slice(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn read_place(cursor: &str) -> Result<(Timestamp, Uuid), Error> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| broken())?;
    let (millis, id) = bytes.split_first_chunk::<8>().ok_or_else(broken)?;
    let id = Uuid::from_slice(id).map_err(|_| broken())?;
    Ok((Timestamp::from_millis(i64::from_be_bytes(*millis)), id))
}

/// An opaque cursor for a place in the conversation list.
pub(crate) fn write_position(position: ListPosition) -> String {
    write_place(position.updated_at, position.id.0)
}

pub(crate) fn read_position(cursor: &str) -> Result<ListPosition, Error> {
    let (updated_at, id) = read_place(cursor)?;
    Ok(ListPosition {
        updated_at,
        id: id.into(),
    })
}

/// An opaque cursor for a place in the sidebar.
pub(crate) fn write_sidebar(position: SidebarPosition) -> String {
    let mark = if position.pinned { "p" } else { "o" };
    format!("{mark}{}", write_position(position.within))
}

pub(crate) fn read_sidebar(cursor: &str) -> Result<SidebarPosition, Error> {
    let (mark, within) = cursor.split_at_checked(1).ok_or_else(broken)?;
    let pinned = match mark {
        "p" => true,
        "o" => false,
        _ => return Err(broken()),
    };
    Ok(SidebarPosition {
        pinned,
        within: read_position(within)?,
    })
}

/// An ILIKE pattern that finds the text anywhere; `None` for nothing to look for.
pub(crate) fn pattern(q: Option<&str>) -> Option<String> {
    let q = q?.trim();
    if q.is_empty() {
        return None;
    }
    let mut pattern = String::from("%");
    for c in q.chars().filter(|c| *c != '\0').take(200) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cursors_come_back_and_broken_ones_are_named() {
        let position = ListPosition {
            updated_at: Timestamp::from_millis(1_767_323_045_678),
            id: Uuid::now_v7().into(),
        };
        assert_eq!(read_position(&write_position(position)).unwrap(), position);
        let pinned = SidebarPosition {
            pinned: true,
            within: position,
        };
        assert_eq!(read_sidebar(&write_sidebar(pinned)).unwrap(), pinned);
        let task = TaskPlace {
            list_rank: 1,
            sort_at: f64::NEG_INFINITY,
            place: 1e10 + 0.1,
            id: Uuid::now_v7().into(),
        };
        assert_eq!(read_task(&write_task(task)).unwrap(), task);
        let id = Uuid::now_v7();
        assert_eq!(read_id(&write_id(id)).unwrap(), id);
        assert!(matches!(read_task(&write_id(id)), Err(Error::Invalid(_))));
        for bad in ["", "x", "AAAA", "é", "%00"] {
            assert!(matches!(read_position(bad), Err(Error::Invalid(_))), "{bad}");
            assert!(matches!(read_id(bad), Err(Error::Invalid(_))), "{bad}");
            assert!(matches!(read_task(bad), Err(Error::Invalid(_))), "{bad}");
            assert!(matches!(read_sidebar(bad), Err(Error::Invalid(_))), "{bad}");
        }
    }

    #[test]
    fn wildcards_are_only_text() {
        assert_eq!(pattern(Some("100%_\\")).as_deref(), Some("%100\\%\\_\\\\%"));
        assert_eq!(pattern(Some("  ")), None);
    }

    /// A cursor is refused by its name, or is a place that comes back.
    fn comes_back<T>(
        cursor: &str,
        read: impl Fn(&str) -> Result<T, Error>,
        write: impl Fn(T) -> String,
    ) -> Result<(), TestCaseError> {
        match read(cursor) {
            Ok(place) => {
                let written = write(place);
                let again =
                    read(&written).map_err(|error| TestCaseError::fail(format!("{written}: {error}")))?;
                prop_assert_eq!(write(again), written);
            }
            Err(Error::Invalid(errors)) => prop_assert_eq!(&errors[0].field, "cursor"),
            Err(error) => return Err(TestCaseError::fail(format!("{cursor}: {error:?}"))),
        }
        Ok(())
    }

    fn any_cursor() -> impl Strategy<Value = String> {
        let packed = |length: usize| {
            prop::collection::vec(any::<u8>(), length).prop_map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
        };
        let marked = ("[poPO]?", packed(24)).prop_map(|(mark, rest)| format!("{mark}{rest}"));
        // A task's begins with 0 or 1.
        let task = (0_u8..3, prop::collection::vec(any::<u8>(), 32)).prop_map(|(rank, mut rest)| {
            rest.insert(0, rank);
            URL_SAFE_NO_PAD.encode(rest)
        });
        let bytes = prop::collection::vec(any::<u8>(), 0..64);
        let torn = bytes.prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        prop_oneof![
            packed(16),
            packed(24),
            packed(33),
            marked,
            task,
            torn,
            ".{0,60}",
            "[A-Za-z0-9_=-]{0,60}"
        ]
    }

    proptest! {
        #[test]
        fn any_text_is_a_place_that_comes_back_or_no_cursor(cursor in any_cursor()) {
            comes_back(&cursor, read_id, write_id)?;
            comes_back(&cursor, read_task, write_task)?;
            comes_back(&cursor, read_place, |(at, id)| write_place(at, id))?;
            comes_back(&cursor, read_position, write_position)?;
            comes_back(&cursor, read_sidebar, write_sidebar)?;
        }

        #[test]
        fn a_pattern_finds_its_text_and_nothing_in_it_is_a_wildcard(text in ".{0,30}|[%_\\\\a ]{0,30}") {
            let Some(pattern) = pattern(Some(&text)) else {
                prop_assert!(text.trim().is_empty());
                return Ok(());
            };
            let inner = &pattern[1..pattern.len() - 1];
            let mut letters = inner.chars();
            let mut meant = String::new();
            while let Some(letter) = letters.next() {
                prop_assert!(!matches!(letter, '%' | '_'), "{pattern}");
                meant.push(if letter == '\\' { letters.next().unwrap_or('?') } else { letter });
            }
            prop_assert_eq!(meant, text.trim().replace('\0', ""));
        }
    }
}
