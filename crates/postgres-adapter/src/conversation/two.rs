//! Two people, and whether the one may write to the other.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Bool, Nullable, Timestamptz},
};
use souk_domain::{conversation::Correspondence, user::Standing};
use souk_ports::{DecideError, PortError};

use crate::{schema::sql_types::UserStatus, user::row::standing, words::AccountStatus};

/// Whether either of the rows `writer` and `reader` of `users` blocks the other.
pub(super) const BLOCKED: &str =
    "(EXISTS (SELECT FROM user_blocks WHERE blocker_id = writer.id AND blocked_id = reader.id)
     OR EXISTS (SELECT FROM user_blocks WHERE blocker_id = reader.id AND blocked_id = writer.id))";

/// How the two stand.
#[derive(QueryableByName)]
pub(super) struct Two {
    #[diesel(sql_type = UserStatus)]
    writer_status: AccountStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    writer_deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = UserStatus)]
    reader_status: AccountStatus,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    reader_deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_blocked: bool,
}

impl Two {
    /// What decides whether the one may write to the other.
    pub(super) fn correspondence<E>(&self) -> Result<Correspondence, DecideError<E>> {
        let found = |status, deleted_at| -> Result<Standing, PortError> {
            standing(status, deleted_at)
                .ok_or_else(|| PortError::Corrupt("users: status and deleted_at disagree".to_owned()))
        };
        Ok(Correspondence {
            writer: found(self.writer_status, self.writer_deleted_at)?,
            reader: found(self.reader_status, self.reader_deleted_at)?,
            is_blocked: self.is_blocked,
        })
    }
}
