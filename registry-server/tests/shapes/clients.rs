//! One test for each fixture, under its name.

use std::path::PathBuf;

use crate::replay::replay;

macro_rules! fixtures {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            let text = std::fs::read_to_string(path(stringify!($name))).unwrap();
            if let Err(error) = replay(&text) {
                panic!("{}: {error}", path(stringify!($name)).display());
            }
        })*
    };
}

fixtures! {
    buildah_manifest_push
    buildah_pull
    buildah_push
    buildkit_cache
    buildkit_provenance
    buildkit_same_blob
    cosign_sign
    crane_append
    crane_blob
    crane_catalog
    crane_copy
    crane_copy_index
    crane_delete
    crane_digest
    crane_ls
    crane_ls_pages
    crane_pull
    crane_push_tar
    crane_tag
    ctr2_fetch
    ctr2_mirror
    ctr2_pull_parallel
    ctr2_push
    ctr_fetch
    ctr_mirror
    ctr_mount
    ctr_push
    ctr_push_again
    devcontainers_info_tags
    devcontainers_publish
    docker_manifest_create
    docker_manifest_inspect
    docker_manifest_push
    docker_mount
    docker_mount_refused
    docker_pull
    docker_pull_digest
    docker_pull_list
    docker_pull_missing
    docker_push
    docker_push_again
    docker_search
    dxf_del
    dxf_del_blob
    dxf_pull
    dxf_push
    dxf_push_chunks
    dxf_set
    helm_push
    oc_image_mirror
    oras_attach
    oras_pull
    oras_push
    oras_tags
    podman_manifest_push
    podman_mount_refused
    podman_pull
    podman_pull_list
    podman_pull_partial
    podman_push
    podman_push_chunked
    podman_push_docker
    podman_push_second
    podman_search
    podman_search_tags
    regctl_artifact_get
    regctl_artifact_list
    regctl_artifact_put
    regctl_blob_get
    regctl_blob_put
    regctl_blob_put_chunked
    regctl_digest
    regctl_image_copy
    regctl_image_copy_from_layout
    regctl_repo_ls
    regctl_tag_ls
    regctl_tag_rm
    renovate_versions
    sigstore_attach
    skopeo_copy_all
    skopeo_copy_from_folder
    skopeo_delete
    skopeo_inspect
    skopeo_inspect_raw
    skopeo_list_tags
}

#[test]
fn every_fixture_has_its_test() {
    let mut named: Vec<_> = NAMES.iter().map(|name| path(name)).collect();
    named.sort();
    let mut found: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert_eq!(named, found);
}

pub(crate) fn path(name: &str) -> PathBuf {
    folder().join(name.replace('_', "-")).with_extension("http")
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/shapes/fixtures")
}
