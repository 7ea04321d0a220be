//! What a caller may do with the futures of an upload.

use vectcut_upload::{Upload, Uploader};

fn is_send<T: Send>(_: T) {}

/// Compiles only if a server can spawn uploads as tasks of a runtime with several threads.
#[expect(dead_code, reason = "compiling it is the test")]
fn the_futures_of_uploads_can_be_spawned(uploader: &Uploader, upload: &Upload) {
    is_send(uploader.upload(upload, &mut |_| {}));
    is_send(uploader.upload_all(
        std::slice::from_ref(upload),
        2,
        &mut |_, _| {},
        &mut |_, _| {},
    ));
}
