//! Marks of a network, from bottom to top: module panels, flow of the branches, fusion, blocks.

use scalenas_space::{Head, SpaceSpec};

use super::layout::{BLOCK, Layout, STEM, row};
use super::trace::{Edge, Life, ModuleTrace, Trace};
use crate::svg::{Anchor, Element, Path, Size, group, label};
use crate::theme::Ink;

/// Share of a fusion curve's width spent on each of its bends: nearly straight, so that edges of
/// different reach part.
const BEND: f64 = 0.3;
const FLOW: f64 = 1.6;
const FUSION: f64 = 1.3;
const SUM: f64 = 2.1;

/// All marks, in drawing order.
pub(super) fn network(spec: &SpaceSpec, trace: &Trace, layout: &Layout) -> Vec<Element> {
    vec![
        group(panels(trace, layout)),
        group(stage_names(spec, layout)),
        group(row_names(spec)),
        group(stem(trace, layout)).stroke(Ink::Rule, FLOW),
        group(transitions(trace, layout)).stroke(Ink::Rule, FLOW),
        group(flows(trace, layout)).stroke(Ink::Rule, FLOW),
        fusions(trace, layout),
        group(sums(trace, layout)).fill(Ink::Muted),
        group(blocks(trace, layout)),
        ends(spec, trace, layout),
    ]
}

fn panels(trace: &Trace, layout: &Layout) -> Vec<Element> {
    let panel = |(module, traced): (usize, &ModuleTrace)| {
        let (left, right) = layout.module(module);
        let (top, bottom) = (row(0) - 17.0, row(traced.entry.len() - 1) + 17.0);
        Element::rect((left, top), (right - left, bottom - top)).set("rx", 7.0).fill(Ink::Panel)
    };
    trace.modules.iter().enumerate().map(panel).collect()
}

/// Name of a stage; HRNet counts the stem's residual layer as stage 1.
fn stage_names(spec: &SpaceSpec, layout: &Layout) -> Vec<Element> {
    let mut module = 0;
    let mut names = Vec::new();
    for (index, stage) in spec.stages.iter().enumerate() {
        let (left, _) = layout.module(module);
        let (_, right) = layout.module(module + stage.modules - 1);
        let y = row(0) - 26.0;
        let name = format!("stage {}", index + 2);
        names.push(Element::line((left, y), (right, y)).stroke(Ink::Grid, 1.5));
        names.push(label(&name, (left, y - 6.0), Size::Small, Anchor::Start, Ink::Muted));
        module += stage.modules;
    }
    names
}

/// Resolution and channels of every branch.
fn row_names(spec: &SpaceSpec) -> Vec<Element> {
    let name = |(branch, width): (usize, &usize)| {
        let text = format!("1/{} · {width}", 4 << branch);
        let at = (16.0, row(branch) + 4.0);
        label(&text, at, Size::Small, Anchor::Start, Ink::Muted)
    };
    spec.widths.iter().enumerate().map(name).collect()
}

/// Curves from the stem into the branches of the first module.
fn stem(trace: &Trace, layout: &Layout) -> Vec<Element> {
    let Some(first) = trace.modules.first() else { return Vec::new() };
    let from = (STEM, row(0));
    let entry = layout.block(0, 0);
    let curve = |(branch, life): (usize, &Life)| {
        faded(Path::ribbon(from, (entry, row(branch)), 0.5).element(), *life)
    };
    first.entry.iter().enumerate().map(curve).collect()
}

/// Curves between modules: straight on, and from the coarsest branch into a new one.
fn transitions(trace: &Trace, layout: &Layout) -> Vec<Element> {
    let mut curves = Vec::new();
    for (module, pair) in trace.modules.windows(2).enumerate() {
        let [before, after] = pair else { unreachable!("windows of two") };
        let last_step = before.steps.len() - 1;
        let from = layout.fan_in(module, last_step);
        let to = layout.block(module + 1, 0);
        for (branch, life) in after.entry.iter().enumerate() {
            let source = branch.min(before.entry.len() - 1);
            let ends = ((from, row(source)), (to, row(branch)));
            curves.push(faded(Path::ribbon(ends.0, ends.1, 0.6).element(), *life));
        }
    }
    curves
}

/// Lines under the blocks of a branch: one per stretch of live or dead steps.
fn flows(trace: &Trace, layout: &Layout) -> Vec<Element> {
    let mut lines = Vec::new();
    for (module, traced) in trace.modules.iter().enumerate() {
        for branch in 0..traced.entry.len() {
            let y = row(branch);
            for (from, to, life) in stretches(module, traced, branch, layout) {
                lines.push(faded(Element::line((from, y), (to, y)), life));
            }
        }
    }
    lines
}

/// Stretches `(from, to, life)` of a branch through a module, neighbours of one life joined.
fn stretches(
    module: usize,
    traced: &ModuleTrace,
    branch: usize,
    layout: &Layout,
) -> Vec<(f64, f64, Life)> {
    let start = layout.block(module, 0);
    let end = layout.fan_in(module, traced.steps.len() - 1);
    let mut stretches = vec![(start, end, traced.entry[branch])];
    for (step, step_trace) in traced.steps.iter().enumerate() {
        let life = step_trace.exit[branch];
        let current = stretches.last_mut().expect("a branch has its first stretch");
        if current.2 != life {
            current.1 = layout.fan_out(module, step);
            stretches.push((layout.fan_out(module, step), end, life));
        }
    }
    stretches
}

/// Fusion curves, one group per direction, the dead ones beneath the live ones.
fn fusions(trace: &Trace, layout: &Layout) -> Element {
    let edges = || {
        trace.modules.iter().enumerate().flat_map(|(module, traced)| {
            traced.steps.iter().enumerate().flat_map(move |(step, step_trace)| {
                step_trace.edges.iter().map(move |edge| (module, step, edge))
            })
        })
    };
    let layer = |life: Life, ink: Ink| {
        let curves = edges()
            .filter(move |(_, _, edge)| edge.life == life && edge.ink() == ink)
            .map(|(module, step, edge)| edge.curve(module, step, layout));
        faded(group(curves).stroke(ink, FUSION), life)
    };
    let layers = [
        (Life::Dead, Ink::Down),
        (Life::Dead, Ink::Up),
        (Life::Live, Ink::Down),
        (Life::Live, Ink::Up),
    ];
    group(layers.map(|(life, ink)| layer(life, ink)))
}

/// Dot at which a branch adds its sources.
fn sums(trace: &Trace, layout: &Layout) -> Vec<Element> {
    let mut dots = Vec::new();
    for (module, traced) in trace.modules.iter().enumerate() {
        for (step, step_trace) in traced.steps.iter().enumerate() {
            for (branch, life) in step_trace.exit.iter().enumerate() {
                if step_trace.edges.iter().any(|edge| edge.target == branch) {
                    let at = (layout.fan_in(module, step), row(branch));
                    dots.push(faded(Element::circle(at, SUM), *life));
                }
            }
        }
    }
    dots
}

impl Edge {
    fn ink(&self) -> Ink {
        if self.source > self.target { Ink::Up } else { Ink::Down }
    }

    fn curve(&self, module: usize, step: usize, layout: &Layout) -> Element {
        let from = (layout.fan_out(module, step), row(self.source));
        let to = (layout.fan_in(module, step), row(self.target));
        Path::ribbon(from, to, BEND).element()
    }
}

fn blocks(trace: &Trace, layout: &Layout) -> Vec<Element> {
    let mut squares = Vec::new();
    for (module, traced) in trace.modules.iter().enumerate() {
        for (step, step_trace) in traced.steps.iter().enumerate() {
            for (branch, life) in step_trace.blocks.iter().enumerate() {
                let Some(life) = life else { continue };
                let corner = (layout.block(module, step), row(branch) - BLOCK / 2.0);
                let square = Element::rect(corner, (BLOCK, BLOCK)).set("rx", 2.5);
                let tooltip = format!("module {module}, branch {branch}, step {step}");
                squares.push(faded(square.fill(Ink::Branch(branch)).tooltip(&tooltip), *life));
            }
        }
    }
    squares
}

/// Stem and head.
fn ends(spec: &SpaceSpec, trace: &Trace, layout: &Layout) -> Element {
    let (texts, outputs): (Vec<&str>, Vec<usize>) =
        spec.heads.iter().map(|&head| prediction(head)).unzip();
    let (text, outputs) = (texts.join(", "), outputs.iter().sum::<usize>());
    let stem = pill("stem", (STEM - 36.0, row(0)), 36.0);
    let head = pill(&outputs.to_string(), (layout.head(), row(0)), 36.0);
    let name_at = (layout.head() + 18.0, row(0) - 22.0);
    let name = label(&text, name_at, Size::Small, Anchor::Middle, Ink::Muted);
    group([outgoing(trace, layout).stroke(Ink::Rule, FLOW), stem, head, name])
}

/// Text for a head's prediction, and the number of its joints or classes.
fn prediction(head: Head) -> (&'static str, usize) {
    match head {
        Head::TopDown { joints } => ("heatmaps", joints),
        Head::BottomUp { joints } => ("heatmaps, tags", joints),
        Head::Segmentation { classes } | Head::Classification { classes } => ("classes", classes),
    }
}

/// Curves from the last module to the head, of the branches on which an output depends.
fn outgoing(trace: &Trace, layout: &Layout) -> Element {
    let Some((module, last)) = trace.modules.iter().enumerate().next_back() else {
        return group([]);
    };
    let Some(step) = last.steps.last() else { return group([]) };
    let from = layout.fan_in(module, last.steps.len() - 1);
    let to = (layout.head(), row(0));
    let used = step.exit.iter().enumerate().filter(|(_, life)| **life == Life::Live);
    group(used.map(|(branch, _)| Path::ribbon((from, row(branch)), to, 0.6).element()))
}

fn pill(text: &str, left: (f64, f64), width: f64) -> Element {
    let shape = Element::rect((left.0, left.1 - 11.0), (width, 22.0)).set("rx", 11.0);
    let at = (left.0 + width / 2.0, left.1 + 4.0);
    group([
        shape.fill(Ink::Surface).stroke(Ink::Rule, 1.3),
        label(text, at, Size::Small, Anchor::Middle, Ink::Text),
    ])
}

fn faded(element: Element, life: Life) -> Element {
    match life {
        Life::Live => element,
        Life::Dead => element.class("faded"),
    }
}
