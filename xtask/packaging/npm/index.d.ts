/** What the headers of a media file tell. What they do not tell is absent. */
export interface Media {
  kind: "video" | "audio" | "image";
  /** Seconds. */
  duration?: number;
  /** Pixels. */
  width?: number;
  /** Pixels. */
  height?: number;
}

/** A file that is uploaded, as the command prints it. */
export interface Upload {
  base_url: string;
  bucket_name: string;
  local_file: string;
  object_key: string;
  /** Bytes. */
  file_size: number;
  /** Whoever has it can read the file until it expires. */
  public_signed_url: string;
  status: "uploaded" | "resumed" | "completed" | "reused";
  content_type: string;
  /** CRC-64/XZ of the bytes, in decimal. OSS computed the same. */
  crc64: string;
  /** In UTC, such as `2026-11-22T12:00:00Z`; null if the URL does not say. */
  url_expires_at: string | null;
  attempts: number;
  elapsed_ms: number;
  media?: Media;
}

/** How far a file is. */
export interface Progress {
  file: string;
  step: "read" | "init" | "put" | "complete" | null;
  /** OSS has acknowledged these. A later run does not send them again. */
  safe_bytes: number;
  /** These, and the bytes given to connections. */
  sent_bytes: number;
  /** The length of the file; null while it is not known. */
  len_bytes: number | null;
  /** Bytes per second; null while it is too early to tell. */
  rate: number | null;
  /** Seconds until all bytes are sent; null if nobody can tell. */
  eta: number | null;
}

export interface UploadOptions {
  /** Called as the upload moves. If it throws, the upload stops; a later call with the same file resumes it. */
  onProgress?: (progress: Progress) => void;
  /** Stops the upload. A later call with the same file resumes it. */
  signal?: AbortSignal;
  /** The file name to report to VectCut. */
  name?: string;
  /** The content type to store. */
  contentType?: string;
  /** Milliseconds after which the upload stops with `BudgetEnded`; a later call resumes it. */
  budget?: number;
  /** Upload to a local server. This needs no API key. */
  sandbox?: boolean;
  /** Further options of `vectcut upload`. */
  options?: string[];
  /** The environment of the command, instead of that of this process. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Uploads a file and returns its public URL with what is known about it.
 *
 * Rejects with `VectcutError`, or with one of its subclasses, one for each exit code.
 */
export function upload(path: string, options?: UploadOptions): Promise<Upload>;

/** An upload failed; also the fault of the program itself, exit code 1. */
export class VectcutError extends Error {
  readonly exit_code: number;
  /** A stable name; `vectcut explain CODE` says what it means. */
  readonly code: string;
  readonly step: Progress["step"];
  /** What a person can do. */
  readonly hint: string | null;
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean;
  readonly http_status: number | null;
  readonly oss_code: string | null;
  readonly request_id: string | null;
  readonly object_key: string | null;
  readonly last_cause: string | null;
}
/** An option or a setting cannot be used: exit code 2. */
export class UsageError extends VectcutError {}
/** There is no API key, or VectCut refused it: exit code 3. */
export class ApiKeyError extends VectcutError {}
/** The file is missing, unreadable, or changed while it was being sent: exit code 4. */
export class LocalFileError extends VectcutError {}
/** The network or a server kept failing; a later call may succeed: exit code 5. */
export class UnavailableError extends VectcutError {}
/** VectCut or OSS refused the request for good: exit code 6. */
export class RefusedError extends VectcutError {}
/** OSS did not store the bytes that were sent: exit code 7. */
export class CorruptedError extends VectcutError {}
/** The time budget ended; the same call resumes: exit code 75. */
export class BudgetEnded extends VectcutError {}
/** A signal ended the command; the same call resumes: exit code 130. */
export class Interrupted extends VectcutError {}
