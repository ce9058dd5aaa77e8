/// Why a query failed. Callers tell people only whether it was the database that is away.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, is starting or stopping, or has no connection left.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// Another transaction was in the way (serialization, deadlock); the same again may succeed.
    #[error("another transaction was in the way")]
    Contended(#[source] sqlx::Error),
    /// A unique or check constraint refused the row; the name is the constraint's.
    #[error("constraint {0} refused the row")]
    Constraint(String, #[source] sqlx::Error),
    /// A row holds what our code never writes.
    #[error("{table}.{column} of row {row} holds an unknown value")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
    },
    /// A write that had to change exactly one row changed another number: somebody else was first.
    #[error("expected one {0} to change")]
    Lost(&'static str),
    /// Any other failure, a mistake of ours as a rule.
    #[error("query failed")]
    Query(#[source] sqlx::Error),
}

impl Error {
    /// Whether Postgres ended the transaction for the sake of another one: done again as a whole, it may well succeed.
    pub fn is_deadlock(&self) -> bool {
        match self {
            Self::Contended(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("40P01" | "40001"))
            }
            _ => false,
        }
    }

    /// Whether the database can be read and takes no changes: its disk is full, or it is one that only follows another.
    pub fn is_read_only(&self) -> bool {
        match self {
            Self::Unavailable(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("53100" | "25006"))
            }
            _ => false,
        }
    }

    /// The constraint that refused the row, if one did.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint(name, _) => Some(name),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable(error),
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // Class 08 connection, 53 resources (disk, memory, connections), 57P0x shutdown,
                // 25006 a standby or a full disk's read-only mode, 25P03 a transaction that stood still for too long,
                // 58030 a disk that fails.
                Some(code)
                    if code.starts_with("08")
                        || code.starts_with("53")
                        || code.starts_with("57P")
                        || matches!(code, "25006" | "25P03" | "25P04" | "57014" | "58030") =>
                {
                    Self::Unavailable(error)
                }
                Some("40001" | "40P01" | "55P03") => Self::Contended(error),
                Some(code) if code.starts_with("23") => {
                    Self::Constraint(database.constraint().unwrap_or_default().to_owned(), error)
                }
                _ => Self::Query(error),
            },
            _ => Self::Query(error),
        }
    }
}

/// Why the server cannot work with the database it was given. Each is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Not an address that we can read.
    #[error("DATABASE_URL wants postgres://user:password@host/database: {0}")]
    BadUrl(#[source] sqlx::Error),
    /// Nothing answers there.
    #[error(
        "the database at {host} cannot be reached: {source}. Check DATABASE_URL and that Postgres is running"
    )]
    Unreachable {
        /// Host and port, without user or password.
        host: String,
        /// What the attempt said.
        source: sqlx::Error,
    },
    /// It answers and refuses the user or password.
    #[error("the database at {host} refused the user or password in DATABASE_URL")]
    WrongPassword {
        /// Host and port.
        host: String,
    },
    /// It answers and has no such database.
    #[error("the server at {host} has no database of the name in DATABASE_URL. Create it first")]
    UnknownDatabase {
        /// Host and port.
        host: String,
    },
    /// Its version is not supported.
    #[error("Postgres {found} is too old. Greenlit needs Postgres 14 or newer")]
    TooOld {
        /// The server's version.
        found: String,
    },
    /// The user may not do what migrations or the change of role need.
    #[error(
        "the user in DATABASE_URL lacks rights: {detail}. It must own the database and have CREATEROLE (or an administrator creates the roles greenlit_app, greenlit_worker and greenlit_guest and grants them to it)"
    )]
    NoRights {
        /// Postgres' own sentence.
        detail: String,
    },
    /// The database was migrated by a newer Greenlit, or a migration was changed.
    #[error("the database's migrations do not fit this version of Greenlit: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Anything else.
    #[error("the database could not be prepared: {0}")]
    Other(#[source] sqlx::Error),
}
