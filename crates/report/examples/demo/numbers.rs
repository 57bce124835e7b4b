//! Synthetic training curves and a synthetic search, the same at every call.

use scalenas_report::{
    Better, Budget, Curve, ExploredNet, Explorer, FoundNet, Objective, ParetoPoint, SearchPlot,
    Series,
};

const EPOCHS: usize = 210;
const ITERATIONS: usize = 60;
const GENERATIONS: usize = 20;

pub fn summary() -> Vec<(String, String)> {
    [
        ("Plan", "pose_w32, 210 epochs"),
        ("Data", "COCO 2017, 149 813 people"),
        ("Seed", "7"),
        ("Device", "cuda:0, NVIDIA H200"),
        ("Version", "scalenas 0.1.0, burn 0.21.0"),
        ("Supernet training", "41 h 12 min"),
        ("Search", "20 generations, 2 h 40 min"),
        ("Best AP", "0.770"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .to_vec()
}

pub fn curves() -> Vec<Curve> {
    vec![
        curve("Training loss", "loss", loss()),
        curve("Validation AP of named subnets", "AP", validation()),
        curve(
            "Learning rate",
            "learning rate",
            vec![Series {
                label: "Adam".into(),
                points: (0..EPOCHS).map(|epoch| (epoch as f64, learning_rate(epoch))).collect(),
            }],
        ),
        curve(
            "Front quality",
            "hypervolume",
            vec![Series {
                label: "front".into(),
                points: (0..=GENERATIONS)
                    .map(|g| (g as f64, 3.0 - 1.3 * (-(g as f64) / 5.0).exp()))
                    .collect(),
            }],
        ),
    ]
}

fn curve(name: &str, y_label: &str, series: Vec<Series>) -> Curve {
    let x_label = if name == "Front quality" { "generation" } else { "epoch" };
    Curve { name: name.into(), series, x_label: x_label.into(), y_label: y_label.into() }
}

fn learning_rate(epoch: usize) -> f64 {
    match epoch {
        0..170 => 1e-3,
        170..200 => 1e-4,
        _ => 1e-5,
    }
}

fn loss() -> Vec<Series> {
    let mut noise = Noise(11);
    let value = |progress: f64, noise: f64| {
        let drop = if progress > 170.0 { 0.86 } else { 1.0 };
        (0.000_46 + 0.0012 * (-progress / 14.0).exp()) * drop * (1.0 + 0.22 * noise)
    };
    let points = (0..EPOCHS * ITERATIONS).map(|iteration| {
        let progress = iteration as f64 / ITERATIONS as f64;
        (progress, value(progress, noise.next()))
    });
    vec![Series { label: "supernet".into(), points: points.collect() }]
}

fn validation() -> Vec<Series> {
    let mut noise = Noise(5);
    let names = [("largest", 0.752), ("HRNet", 0.741), ("middle", 0.732), ("smallest", 0.708)];
    names
        .map(|(name, best)| {
            let point = |epoch: usize, noise: f64| {
                let settled = if epoch > 170 { 0.012 } else { 0.0 };
                let value = best - 0.012 - 0.5 * (-(epoch as f64) / 22.0).exp() + settled;
                (epoch as f64, value + 0.006 * noise)
            };
            let points = (10..=EPOCHS).step_by(10).map(|epoch| point(epoch, noise.next()));
            Series { label: name.into(), points: points.collect() }
        })
        .to_vec()
}

/// Candidates that grow better by generation, and the given networks with figures among them.
pub fn search(networks: &[FoundNet]) -> SearchPlot {
    let mut noise = Noise(3);
    let mut points = Vec::new();
    for generation in 0..=GENERATIONS {
        for index in 0..if generation == 0 { 1000 } else { 100 } {
            let cost = 5.4 + 4.6 * noise.unit();
            let gain = 0.014 * (1.0 - (-(generation as f64) / 7.0).exp());
            let ceiling = 0.706 + 0.042 * (1.0 - (-(cost - 4.6) / 1.9).exp());
            let score = ceiling + gain - 0.012 * noise.next().abs() - 0.004 * noise.unit();
            points.push(candidate(format!("{generation:02}{index:04x}"), cost, score, generation));
        }
    }
    let scores = [0.7495, 0.7585, 0.734, 0.7455];
    let costs = [7.46, 8.60, 5.98, 6.8];
    let scored = networks.iter().filter(|net| !net.stats.is_empty());
    for (net, (cost, score)) in scored.zip(costs.into_iter().zip(scores)) {
        points.push(candidate(net.id.clone(), cost, score, GENERATIONS));
    }
    mark_front(&mut points);
    SearchPlot { points, cost_label: "GMACs".into(), score_label: "AP".into() }
}

/// Networks of a search for the interactive view; candidates borrow the architectures of the given networks in turn.
pub fn explorer(search: &SearchPlot, networks: &[FoundNet]) -> Explorer {
    let objective = |name: &str, better, digits| Objective { name: name.into(), better, digits };
    let network = |(index, point): (usize, &ParetoPoint)| ExploredNet {
        id: point.id.clone(),
        values: vec![point.cost, point.score],
        deviations: vec![None, Some(0.004)],
        generation: point.generation,
        parents: Vec::new(),
        architecture: networks[index % networks.len()].architecture.clone(),
        is_random: false,
    };
    Explorer {
        objectives: vec![
            objective(&search.cost_label, Better::Low, 3),
            objective(&search.score_label, Better::High, 4),
        ],
        axes: [0, 1],
        networks: search.points.iter().enumerate().map(network).collect(),
        commands: vec!["scalenas export --run RUN --arch ID --out ID.onnx".into()],
        branches: ["1/4", "1/8", "1/16", "1/32"].map(String::from).to_vec(),
        steps: 4,
    }
}

fn candidate(id: String, cost: f64, score: f64, generation: usize) -> ParetoPoint {
    ParetoPoint { id, cost, score, generation, on_front: false }
}

fn mark_front(points: &mut [ParetoPoint]) {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| points[*a].cost.total_cmp(&points[*b].cost));
    let mut best = f64::NEG_INFINITY;
    for index in order {
        points[index].on_front = points[index].score > best;
        best = best.max(points[index].score);
    }
}

/// A small linear congruential generator: enough for pictures.
struct Noise(u64);

impl Noise {
    /// Uniform in `[0, 1)`.
    fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Roughly normal.
    fn next(&mut self) -> f64 {
        (0..4).map(|_| self.unit()).sum::<f64>() * 1.73 - 3.46
    }
}

/// A row of the first screen for a network.
pub fn budget(net: &FoundNet) -> Budget {
    Budget {
        name: "any cost".into(),
        id: net.id.clone(),
        stats: net.stats.clone(),
        commands: vec![format!("scalenas export --run RUN --arch {} --out net.onnx", net.id)],
        is_drawn: true,
        is_reference: false,
    }
}
