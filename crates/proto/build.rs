//! Compiles the contract without `protoc`.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

const FILES: [&str; 16] = [
    "latchkey/v1/audit.proto",
    "latchkey/v1/connection.proto",
    "latchkey/v1/connection_admin.proto",
    "latchkey/v1/connection_check.proto",
    "latchkey/v1/error_reason.proto",
    "latchkey/v1/event_feed.proto",
    "latchkey/v1/organization.proto",
    "latchkey/v1/readiness.proto",
    "latchkey/v1/sign_in.proto",
    "latchkey/v1/social_login.proto",
    "latchkey/v1/tenant.proto",
    "latchkey/v1/tenant_admin.proto",
    "latchkey/v1/test_login.proto",
    "latchkey/v1/user.proto",
    "latchkey/v1/user_directory.proto",
    "latchkey/events/v1/event.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());

    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?;
    // Encoded by the compiler: prost's own type would drop custom options.
    let encoded = compiler.encode_file_descriptor_set();
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or("cargo sets OUT_DIR")?;
    fs::write(out.join("descriptor.bin"), &encoded)?;

    tonic_prost_build::configure()
        .compile_well_known_types(true)
        // Equal messages have equal bytes: a repeated request is known by them.
        .btree_map(".")
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds(compiler.file_descriptor_set())?;
    pbjson_build::Builder::new()
        .register_descriptors(&encoded)?
        .btree_map(["."])
        .build(&[".latchkey.v1", ".latchkey.events.v1"])?;
    Ok(())
}
