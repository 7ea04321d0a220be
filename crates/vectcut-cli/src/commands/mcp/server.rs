//! The server: which tool does what, and how long a call waits.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams, CreateTaskResult,
    DetailedTask, ErrorData, GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult,
    Implementation, JsonObject, ListResourcesResult, ListSkillsResult, ListToolsResult,
    PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities,
    ServerConfig, Task, TaskPayload, TaskStatus, Tool, UpdateTaskParams,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::batch::{Batch, Progress};
use super::batches::{Batches, Begun};
use super::links::GetUrl;
use super::records::Asked;
use super::report::{Report, Status, result};
use super::skill::Files;
use super::tools::{self, CancelUpload, TOOLS, UploadFiles, UploadStatus};
use super::waiting::{Call, Input, progress_text};
use crate::clock;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::result::LinkResult;
use crate::words::{Language, failures, mcp as say};

const SKILL: Files = Files(&crate::skill::FILES);

/// How long a call waits before an upload becomes a task, for clients that know tasks.
const TASK_AFTER: Duration = Duration::from_secs(2);
/// How often a client should ask for a task, in milliseconds.
const POLL_MS: u64 = 2000;

const INSTRUCTIONS: &str = "Uploads local files to VectCut and returns public URLs, which VectCut's editing tools need \
    instead of paths. Never ask for the API key: if it is missing, the error says what the person can do.";

/// The server, as the protocol sees it.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) batches: Arc<Batches>,
    /// How long a call takes at most.
    pub(super) max_call: Duration,
    pub(super) input: Input,
    pub(super) language: Language,
}

impl Server {
    async fn upload_files(
        &self,
        arguments: UploadFiles,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, Failure> {
        if arguments.paths.is_empty() {
            return Err(Failure::new(ExitCode::Usage, "usage", say::no_paths()));
        }
        let call = Call::begin(self.max_call, context, &self.input);
        let asked = arguments.paths.into_iter().map(Asked::new).collect();
        let begin = move |batches: &Batches| Ok(batches.begin(asked));
        let Begun { batch, is_new } = self.blocking(begin).await?;
        let knows_tasks = context
            .client_capabilities()
            .is_some_and(|capabilities| capabilities.supports_tasks());
        let at_most = match knows_tasks {
            true => TASK_AFTER.min(self.max_call),
            false => self.max_call,
        };
        if call
            .wait(&batch, at_most, self.language)
            .await
            .is_cancelled()
            && is_new
        {
            self.batches.cancel(&batch);
        }
        Ok(match knows_tasks && !batch.has_ended() {
            true => CreateTaskResult::new(self.task(&batch)).into(),
            false => CallToolResult::from(batch.report()).into(),
        })
    }

    async fn upload_status(
        &self,
        UploadStatus { id, wait_seconds }: UploadStatus,
        context: &RequestContext<RoleServer>,
    ) -> Result<Report, Failure> {
        let call = Call::begin(self.max_call, context, &self.input);
        let batch = self.blocking(move |batches| batches.find(&id)).await?;
        let at_most = wait_seconds.map_or(self.max_call, Duration::from_secs);
        call.wait(&batch, at_most.min(self.max_call), self.language)
            .await;
        Ok(batch.report())
    }

    async fn cancel_upload(&self, CancelUpload { id }: CancelUpload) -> Result<Report, Failure> {
        self.blocking(move |batches| {
            let batch = batches.find(&id)?;
            batches.cancel(&batch);
            Ok(Report {
                // How the files ended is no failure of this call.
                status: match batch.report().status {
                    Status::Failed => Status::Stopped,
                    status => status,
                },
                ..batch.report()
            })
        })
        .await
    }

    async fn get_url(
        &self,
        arguments: GetUrl,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, Failure> {
        const ONE: Progress = Progress {
            sent_bytes: 0,
            total_bytes: 0,
            open: 1,
        };
        let call = Call::begin(self.max_call, context, &self.input);
        let look = |batches: &Batches| {
            let wanted = arguments.wanted(batches.roots())?;
            Ok((wanted, batches.sites().get()?))
        };
        let (wanted, site) = self.blocking(look).await?;
        let mut link = None;
        let renewing = async { link = Some(wanted.link(&site).await) };
        call.wait_until(renewing, self.max_call, || ONE, self.language)
            .await;
        let link = link.unwrap_or_else(|| Err(wanted.takes_too_long()))?;
        Ok(result(&LinkResult::new(&link), false))
    }

    /// Does what looks at files, on a thread that may block, and does not wait for it longer than a call may take.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Batches) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let batches = self.batches.clone();
        let working = spawn_blocking(move || work(&batches));
        match timeout(self.max_call, working).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => Err(Failure::internal(failures::runtime(), &error)),
            Err(_) => {
                let what = say::files_do_not_respond();
                let mut failure = Failure::new(ExitCode::LocalFile, "file_unreadable", what);
                failure.retryable = true;
                Err(failure)
            }
        }
    }

    fn task(&self, batch: &Batch) -> Task {
        let time = |time| {
            Timestamp::try_from(time).map_or_else(|_| String::new(), |time| time.to_string())
        };
        let status = TaskStatus::Working;
        let task = Task::new(
            batch.id(),
            status,
            time(batch.created()),
            time(clock::system()),
        );
        let message = progress_text(batch.progress()).to(self.language).to_owned();
        task.with_poll_interval_ms(POLL_MS)
            .with_status_message(message)
    }

    async fn detailed_task(&self, id: String) -> Result<DetailedTask, ErrorData> {
        let found = self.blocking(move |batches| batches.find(&id)).await;
        let batch = found.map_err(|failure| {
            let what = failure.what.to(self.language).to_owned();
            ErrorData::invalid_params(what, None)
        })?;
        let payload = match batch.report() {
            Report {
                status: Status::Running,
                ..
            } => TaskPayload::Working,
            Report {
                status: Status::Stopped,
                ..
            } => TaskPayload::Cancelled,
            report => TaskPayload::Completed {
                result: to_object(&CallToolResult::from(report)),
            },
        };
        Ok(DetailedTask::new(self.task(&batch), payload))
    }

    fn failed(&self, failure: &Failure) -> CallToolResponse {
        CallToolResult::from(Report::of_failure(failure, self.language)).into()
    }
}

fn to_object(result: &CallToolResult) -> JsonObject {
    match serde_json::to_value(result) {
        Ok(serde_json::Value::Object(object)) => object,
        _ => JsonObject::new(),
    }
}

/// Reads the arguments of a tool. What is wrong with them is for the model, so it is no error of the protocol.
fn arguments<T: DeserializeOwned>(request: &CallToolRequestParams) -> Result<T, Failure> {
    let given = request.arguments.clone().unwrap_or_default();
    let has_paths = given.contains_key("paths");
    serde_json::from_value(given.into()).map_err(|error| {
        let what = say::arguments(&*request.name);
        let failure = Failure::new(ExitCode::Usage, "usage", what).because(&error);
        // Models often give the one path as text.
        match has_paths {
            true => failure.hint(say::paths_are_an_array()),
            false => failure,
        }
    })
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_skills()
            .enable_tasks();
        ServerConfig::new(capabilities.build())
            .with_server_info(Implementation::new("vectcut", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.clone()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        TOOLS.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let reported = |report: Report| CallToolResult::from(report).into();
        let result = match &*request.name {
            tools::UPLOAD_FILES => match arguments(&request) {
                Ok(arguments) => self.upload_files(arguments, &context).await,
                Err(failure) => Err(failure),
            },
            tools::UPLOAD_STATUS => match arguments(&request) {
                Ok(arguments) => self.upload_status(arguments, &context).await.map(reported),
                Err(failure) => Err(failure),
            },
            tools::CANCEL_UPLOAD => match arguments(&request) {
                Ok(arguments) => self.cancel_upload(arguments).await.map(reported),
                Err(failure) => Err(failure),
            },
            tools::GET_URL => match arguments(&request) {
                Ok(arguments) => self.get_url(arguments, &context).await.map(Into::into),
                Err(failure) => Err(failure),
            },
            other => {
                let message = format!("unknown tool: {other}");
                return Err(ErrorData::invalid_params(message, None));
            }
        };
        Ok(result.unwrap_or_else(|failure| self.failed(&failure)))
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(SKILL.list())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        SKILL.read(&request.uri).map(Into::into)
    }

    async fn list_skills(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListSkillsResult, ErrorData> {
        Ok(SKILL.skills())
    }

    async fn get_skill(
        &self,
        request: GetSkillRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetSkillResult, ErrorData> {
        SKILL.get(&request.uri)
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        self.detailed_task(request.task_id)
            .await
            .map(GetTaskResult::new)
    }

    /// No upload asks for input, so there is nothing to update.
    async fn update_task(
        &self,
        request: UpdateTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.detailed_task(request.task_id).await.map(drop)
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let cancelled = self
            .cancel_upload(CancelUpload {
                id: request.task_id,
            })
            .await;
        cancelled.map(drop).map_err(|failure| {
            ErrorData::invalid_params(failure.what.to(self.language).to_owned(), None)
        })
    }
}
