//! The files beside the fuzz targets.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use registry_properties::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// What is in a folder; nothing when there is no such folder, as an empty one cannot be kept.
fn names(folder: &Path, cut: &str) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| name.trim_end_matches(cut).to_owned()).collect()
}

/// Every file of one target in `seeds` or `regressions`.
fn files(kind: &str, target: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(fuzz().join(kind).join(target)) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_target_has_a_program_and_seeds() {
    let known: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&fuzz().join("fuzz_targets"), ".rs"), known);
    assert_eq!(names(&fuzz().join("seeds"), ""), known);
    assert!(names(&fuzz().join("regressions"), "").is_subset(&known));
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in &known {
        let program = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("run(\"{name}\", bytes)")), "{name} runs something else");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not built");
        assert!(files("seeds", name).len() >= 3, "{name} has too few seeds");
    }
}

#[test]
fn every_seed_and_every_regression_keeps_its_property() {
    for target in TARGETS {
        for kind in ["seeds", "regressions"] {
            for path in files(kind, target.name) {
                eprintln!("{}", path.strip_prefix(fuzz()).unwrap().display());
                (target.run)(&fs::read(&path).unwrap());
            }
        }
    }
}
