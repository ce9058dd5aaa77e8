//! `/api/tasks`

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::tasks::{Due, ListTasks};
use protocol::api::{CreateTask, TaskPage, UpdateTask};
use protocol::{Task, TaskId, TaskPriority, TaskStatus};
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, Json, Query, parsed};
use crate::state::AppState;

/// Query of the list.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    status: Option<String>,
    q: Option<String>,
    due: Option<String>,
    priority: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// Lists tasks.
pub async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<TaskPage>, ApiError> {
    let query = ListTasks {
        status: word("status", query.status, "must be open or done", TaskStatus::parse)?,
        q: query.q.filter(|q| !q.trim().is_empty()),
        due: word(
            "due",
            query.due,
            "must be overdue, today, week or none",
            Due::parse,
        )?,
        priority: word(
            "priority",
            query.priority,
            "must be low, normal or high",
            TaskPriority::parse,
        )?,
        done_this_week: false,
        limit: parsed("limit", query.limit.as_deref())?,
        cursor: query.cursor.filter(|cursor| !cursor.is_empty()),
    };
    Ok(axum::Json(state.domain.tasks().list(&actor, query).await?))
}

fn word<T>(
    field: &str,
    text: Option<String>,
    wants: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    text.filter(|text| !text.is_empty())
        .map(|text| read(&text).ok_or_else(|| ApiError::invalid(field, wants)))
        .transpose()
}

/// Adds a task.
pub async fn create(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Json(request): Json<CreateTask>,
) -> Result<Response, ApiError> {
    let task = state.domain.tasks().create(&actor, request).await?;
    let location = HeaderValue::try_from(format!("/api/tasks/{}", task.id)).ok();
    let mut response = (StatusCode::CREATED, axum::Json(task)).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// One task.
pub async fn get(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<TaskId>,
) -> Result<axum::Json<Task>, ApiError> {
    Ok(axum::Json(state.domain.tasks().get(&actor, id).await?))
}

/// Changes a task.
pub async fn update(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<TaskId>,
    Json(request): Json<UpdateTask>,
) -> Result<axum::Json<Task>, ApiError> {
    Ok(axum::Json(
        state.domain.tasks().update(&actor, id, request).await?,
    ))
}

/// Deletes a task.
pub async fn delete(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<TaskId>,
) -> Result<StatusCode, ApiError> {
    state.domain.tasks().delete(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings a deleted task back.
pub async fn restore(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<TaskId>,
) -> Result<axum::Json<Task>, ApiError> {
    Ok(axum::Json(state.domain.tasks().restore(&actor, id).await?))
}
