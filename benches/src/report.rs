//! Figures as text: one row for a run, a table of medians for many.

use std::{fmt::Write as _, fs, io::Write as _};

use crate::{
    Result,
    options::{Common, Table},
    scenario::{Outcome, Unit},
    stats::{median, spread},
};

/// One line of a samples file; the columns are separated by tabs.
#[derive(Clone, Debug, PartialEq)]
struct Sample {
    case: String,
    server: String,
    unit: String,
    /// Rate, p50 ms, p99 ms, processor cost, peak MiB; a missing reading is NaN.
    figures: [f64; 5],
}

/// Describes one run in Markdown, and keeps its figures if the options name a file.
pub(crate) fn row(outcome: &Outcome, common: &Common) -> Result<String> {
    let sample = sample(outcome, &common.server);
    if let Some(path) = &common.samples {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
        let figures: Vec<String> = sample.figures.iter().map(f64::to_string).collect();
        let Sample { case, server, unit, .. } = &sample;
        writeln!(file, "{case}\t{server}\t{unit}\t{}", figures.join("\t"))?;
    }
    let [rate, p50, p99, cpu, peak] = sample.figures;
    let seconds = outcome.done.elapsed.as_secs_f64();
    let own = outcome.own_cpu.as_secs_f64();
    let operations = outcome.done.latencies.count();
    Ok(format!(
        "| {} | {} | {} {} | {p50:.2} | {p99:.2} | {} {} | {} | ({operations} operations in {seconds:.2} s; client CPU {own:.2} s)\n",
        sample.case,
        sample.server,
        short(rate),
        rate_unit(&sample.unit),
        short(cpu),
        cost_unit(&sample.unit),
        short(peak),
    ))
}

fn sample(outcome: &Outcome, server: &str) -> Sample {
    let done = &outcome.done;
    let operations = done.latencies.count() as f64;
    let seconds = done.elapsed.as_secs_f64();
    let cpu = outcome.cpu.map_or(f64::NAN, |cpu| cpu.as_secs_f64());
    let (unit, rate, cost) = match outcome.unit {
        Unit::Bytes => {
            let bytes = done.bytes as f64;
            ("bytes", bytes / seconds / 1e6, cpu / bytes * 1e9)
        }
        Unit::Operations => ("operations", operations / seconds, cpu / operations * 1e6),
    };
    let peak = outcome.peak.map_or(f64::NAN, |peak| peak as f64 / 1_048_576.0);
    let milliseconds = |percent| done.latencies.percentile(percent).as_secs_f64() * 1e3;
    Sample {
        case: outcome.case.clone(),
        server: server.to_owned(),
        unit: unit.to_owned(),
        figures: [rate, milliseconds(50), milliseconds(99), cost, peak],
    }
}

/// Reads a samples file and tells the medians of every case and server, in the order of their first appearance.
pub(crate) fn table(options: &Table) -> Result<String> {
    let path = &options.samples;
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let samples = text.lines().map(parse).collect::<Result<Vec<_>>>()?;
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for sample in &samples {
        let row = (sample.case.as_str(), sample.server.as_str());
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let mut table = String::from(
        "| case | server | rate | spread | p50 ms | p99 ms | CPU | peak MiB | speed ratio | CPU ratio |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (case, server) in rows {
        let own = of(&samples, case, server);
        let base = options.baseline.as_deref().map(|server| of(&samples, case, server));
        let unit = own.first().map_or("", |sample| sample.unit.as_str());
        let ratio = |index: usize| {
            let base = base.as_deref().unwrap_or_default();
            short(middle(&own, index) / middle(base, index))
        };
        let rates: Vec<f64> = own.iter().map(|sample| sample.figures[0]).collect();
        writeln!(
            table,
            "| {case} | {server} | {} {} | {:.0} % | {:.2} | {:.2} | {} {} | {} | {} | {} |",
            short(middle(&own, 0)),
            rate_unit(unit),
            spread(&rates),
            middle(&own, 1),
            middle(&own, 2),
            short(middle(&own, 3)),
            cost_unit(unit),
            short(middle(&own, 4)),
            ratio(0),
            ratio(3),
        )?;
    }
    Ok(table)
}

fn of<'a>(samples: &'a [Sample], case: &str, server: &str) -> Vec<&'a Sample> {
    samples.iter().filter(|sample| sample.case == case && sample.server == server).collect()
}

/// The median of one figure; not a number if it is missing.
fn middle(samples: &[&Sample], index: usize) -> f64 {
    let values: Vec<f64> = samples.iter().map(|sample| sample.figures[index]).collect();
    if values.is_empty() || values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    median(&values)
}

fn parse(line: &str) -> Result<Sample> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [case, server, unit, figures @ ..] = fields.as_slice() else {
        return Err(format!("not a line of samples: {line:?}").into());
    };
    let figures: Vec<f64> = figures
        .iter()
        .map(|figure| figure.parse::<f64>())
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{error} in {line:?}"))?;
    Ok(Sample {
        case: (*case).to_owned(),
        server: (*server).to_owned(),
        unit: (*unit).to_owned(),
        figures: figures.try_into().map_err(|_| format!("not five figures in {line:?}"))?,
    })
}

/// Three significant digits, or all before the point; a dash for what was not measured.
fn short(value: f64) -> String {
    match value {
        value if !value.is_finite() => "–".to_owned(),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn rate_unit(unit: &str) -> &'static str {
    if unit == "bytes" { "MB/s" } else { "/s" }
}

fn cost_unit(unit: &str) -> &'static str {
    if unit == "bytes" { "s/GB" } else { "µs" }
}

#[cfg(test)]
mod tests {
    use super::{middle, of, parse, short};

    #[test]
    fn medians_are_of_one_case_and_server() {
        let samples: Vec<_> = [
            "pull\tours\tbytes\t100\t1\t2\t0.5\t10",
            "pull\tours\tbytes\t300\t1\t2\t0.5\t10",
            "pull\tours\tbytes\t200\t1\t2\t0.5\tNaN",
            "pull\tpeer\tbytes\t50\t1\t2\t1.5\t90",
        ]
        .iter()
        .map(|line| parse(line).expect(line))
        .collect();
        let ours = of(&samples, "pull", "ours");
        assert!((middle(&ours, 0) - 200.0).abs() < 1e-9);
        assert!(middle(&ours, 4).is_nan());
        assert!(middle(&of(&samples, "push", "ours"), 0).is_nan());
        assert!(parse("pull\tours\tbytes\t1\t2").is_err());
    }

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in [(1234.5, "1234"), (99.96, "100.0"), (0.126, "0.13"), (f64::NAN, "–")] {
            assert_eq!(short(value), text);
        }
    }
}
