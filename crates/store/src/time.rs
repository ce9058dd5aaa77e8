//! Between `timestamptz(3)` and our own point in time.

use ::time::OffsetDateTime;
use protocol::Timestamp;

/// A column's value as the wire's.
pub(crate) fn from_sql(time: OffsetDateTime) -> Timestamp {
    let millis = time.unix_timestamp_nanos().div_euclid(1_000_000);
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// The wire's value for a column.
pub(crate) fn to_sql(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.as_millis()) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
