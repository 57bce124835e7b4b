//! Course of a run: losses, order of subnets, learning rate, teacher, initial weights.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;

use crate::common::left::{Left, metrics};
use crate::common::{DEVICE, Place, Plain, changed, options, spec};
use burn::tensor::Tensor;
use scalenas_data::{BatchLoader, LoaderConfig, TopDownBatch};
use scalenas_model::{
    Absent, BatchStatistics, NamedParameters, Supernet, load_supernet, save_supernet,
};
use scalenas_space::plan::Plan;
use scalenas_space::{Architecture, SpaceSpec, sample};
use scalenas_train::top_down::joints_mse;
use scalenas_train::{
    DistillationOptions, Epochs, Error, Sandwich, ScheduleOptions, SubnetSampling, Teacher,
    TrainOptions, normalised,
};

/// Relative error of a loss computed in another place.
const LOSS: f64 = 1e-5;
/// Share of the distance to the teacher in the loss.
const TEACHER: f64 = 0.5;

/// Options of one epoch.
fn once() -> TrainOptions {
    changed(&options(), |options| options.schedule.epochs = Epochs::Number(1))
}

#[test]
fn the_loss_falls() {
    let place = Place::new();
    let options = changed(&options(), |options| {
        options.schedule.epochs = Epochs::Number(8);
        options.schedule.milestones.clear();
    });
    place.run("run", &options).unwrap();
    let losses: Vec<f64> =
        metrics(&place.path("run")).iter().map(|line| line.loss.unwrap()).collect();
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    // The eleven groups in turn differ: whole rounds are compared.
    let (first, last) = (mean(&losses[..11]), mean(&losses[losses.len() - 11..]));
    assert!(last < 0.9 * first, "{first} to {last}");
}

#[test]
fn a_seed_is_a_run() {
    let place = Place::new();
    let options = once();
    place.run("one", &options).unwrap();
    place.run("same", &TrainOptions { workers: 1, ..options.clone() }).unwrap();
    place.run("other", &TrainOptions { seed: 2, ..options }).unwrap();
    let [one, same, other] = ["one", "same", "other"].map(|run| Left::read(&place, run));
    one.same(&same, "one seed");
    assert!(one.weights != other.weights && one.metrics != other.metrics);
}

#[test]
fn iterations_train_the_subnets_of_the_seed() {
    let (place, spec) = (Place::new(), spec());
    let options = once();
    let fixed = |pick: fn(&SpaceSpec) -> Architecture| pick(&spec).id(&spec);
    let middle = Architecture::middle(&spec);
    let seed = options.seed;
    let uniform = |iteration, place| sample::uniform_of(&spec, seed, iteration, place).id(&spec);
    let expected = |sampling: &SubnetSampling, iteration| match sampling {
        SubnetSampling::Grouped => sample::grouped(&spec, seed, iteration).id(&spec),
        SubnetSampling::Uniform => uniform(iteration, 0),
        SubnetSampling::Fair => sample::fair(&spec, seed, iteration).id(&spec),
        SubnetSampling::Sandwich(_) => {
            let corners = [Architecture::largest, Architecture::smallest].map(fixed);
            let random = [0, 1].map(|place| uniform(iteration, place));
            [corners, random].concat().join(" ")
        }
        SubnetSampling::Largest => fixed(Architecture::largest),
        SubnetSampling::Smallest => fixed(Architecture::smallest),
        SubnetSampling::Hrnet => fixed(Architecture::hrnet),
        SubnetSampling::Fixed(architecture) => architecture.id(&spec),
    };
    let all = [
        SubnetSampling::Grouped,
        SubnetSampling::Largest,
        SubnetSampling::Smallest,
        SubnetSampling::Hrnet,
        SubnetSampling::Fixed(middle),
        SubnetSampling::Uniform,
        SubnetSampling::Fair,
        SubnetSampling::Sandwich(Sandwich { random: 2, distil: false }),
    ];
    for (index, sampling) in all.into_iter().enumerate() {
        let run = format!("run{index}");
        place.run(&run, &TrainOptions { sampling: sampling.clone(), ..options.clone() }).unwrap();
        for line in metrics(&place.path(&run)) {
            let expected = expected(&sampling, line.iteration - 1);
            assert_eq!(line.drawn, [&*expected], "{run}, iteration {}", line.iteration);
            assert_eq!(line.architecture, Some(expected), "{run}, iteration {}", line.iteration);
            assert_eq!(line.losses, [line.loss.unwrap()]);
        }
    }
}

#[test]
fn the_rate_rises_then_drops_at_milestones() {
    let place = Place::new();
    let ScheduleOptions { learning_rate, poly, cosine, .. } = options().schedule;
    let milestones = vec![1, 3];
    let schedule = ScheduleOptions {
        epochs: Epochs::Number(4),
        learning_rate,
        milestones,
        decay: 0.5,
        poly,
        cosine,
        warmup: 4,
    };
    let options = TrainOptions { schedule, ..options() };
    let iterations = place.run("run", &options).unwrap().iterations;
    let epoch = iterations / options.schedule.epochs.number() as u64;
    for line in metrics(&place.path("run")) {
        let iteration = line.iteration - 1;
        let passed =
            options.schedule.milestones.iter().filter(|&&m| iteration / epoch >= m as u64).count();
        let warm = ((iteration + 1) as f64 / options.schedule.warmup as f64).min(1.0);
        let expected =
            options.schedule.learning_rate * warm * options.schedule.decay.powi(passed as i32);
        let found = line.learning_rate.unwrap();
        assert!((found / expected - 1.0).abs() < 1e-12, "iteration {iteration}: {found}");
        assert_eq!(line.epoch, iteration / epoch + 1);
    }
}

/// The first batch of a run.
fn first_batch(place: &Place, options: &TrainOptions) -> TopDownBatch {
    let config = LoaderConfig::training(options.batch, 1, options.seed, 0);
    BatchLoader::new(place.train(), config).unwrap().next().unwrap().unwrap()
}

/// Heatmaps of a supernet in the first iteration of a run, and their loss.
fn first_loss(
    supernet: &Supernet<Plain>,
    batch: &TopDownBatch,
    options: &TrainOptions,
) -> (Tensor<Plain, 4>, f64) {
    loss_of(supernet, &supernet.plan(&sample::grouped(supernet.spec(), options.seed, 0)), batch)
}

/// Heatmaps of a subnet for a batch, and their loss.
fn loss_of(
    supernet: &Supernet<Plain>,
    plan: &Plan,
    batch: &TopDownBatch,
) -> (Tensor<Plain, 4>, f64) {
    let mut statistics = BatchStatistics::new();
    let images = normalised(&batch.images, batch.size, &DEVICE);
    let found = supernet.observe(images, plan, &mut statistics).coarse;
    let vector = |values: &[f32]| Tensor::<Plain, 1>::from_floats(values, &DEVICE);
    let weights = vector(&batch.weights).reshape([batch.batch, batch.joints]);
    let target = vector(&batch.heatmaps).reshape(found.dims());
    let loss = joints_mse(found.clone(), target, weights).into_scalar();
    (found, f64::from(loss))
}

/// Asserts the loss in the first line of a run.
fn starts_at(place: &Place, run: &str, expected: f64) {
    let found = metrics(&place.path(run))[0].loss.unwrap();
    assert!((found / expected - 1.0).abs() < LOSS, "{run}: {found}, expected {expected}");
}

#[test]
fn a_teacher_enters_the_loss_and_stays_as_it_is() {
    let place = Place::new();
    let options = once();
    let taught = TrainOptions { sampling: SubnetSampling::Largest, ..options.clone() };
    place.run("teacher", &taught).unwrap();
    let teacher = place.path("teacher/supernet.safetensors");
    let before = fs::read(&teacher).unwrap();
    place.run("alone", &options).unwrap();
    let pupil = changed(&options, |options| options.weights.teacher = Some(teacher.clone()));
    place.run("pupil", &pupil).unwrap();
    assert!(fs::read(&teacher).unwrap() == before);
    let batch = first_batch(&place, &options);
    let supernet = Supernet::new(&spec(), options.seed, &DEVICE);
    let (found, task) = first_loss(&supernet, &batch, &options);
    let teacher = Teacher::load(&teacher, &spec(), &DEVICE).unwrap();
    let images = normalised(&batch.images, batch.size, &DEVICE);
    let distance = found - teacher.predict(images, spec().heads[0]).coarse;
    let distance = f64::from(distance.powi_scalar(2).mean().into_scalar());
    starts_at(&place, "alone", task);
    starts_at(&place, "pupil", task + TEACHER * distance);
    assert!(distance > LOSS * task, "the teacher makes no difference");
    let [alone, pupil] = ["alone", "pupil"].map(|run| Left::read(&place, run));
    assert!(alone.weights != pupil.weights);
}

#[test]
fn a_teacher_of_another_space_is_refused() {
    let place = Place::new();
    let mut other = spec();
    other.name = "other".to_owned();
    other.widths[0] *= 2;
    let path = place.path("teacher.safetensors");
    let supernet = Supernet::<Plain>::new(&other, 0, &DEVICE);
    save_supernet(&path, &supernet, &supernet.initial_statistics(&DEVICE)).unwrap();
    let taught = changed(&options(), |options| options.weights.teacher = Some(path));
    let said = place.run("run", &taught);
    let said = said.unwrap_err().to_string();
    assert!(said.contains("teacher.safetensors") && said.contains("other"), "{said}");
}

#[test]
fn a_run_starts_from_given_weights_and_says_when_they_lead_nowhere() {
    let place = Place::new();
    let path = place.path("initial.safetensors");
    let once = once();
    place.run("first", &once).unwrap();
    let (mut supernet, statistics) =
        load_supernet::<Plain>(&place.path("first/supernet.safetensors"), &DEVICE).unwrap();
    save_supernet(&path, &supernet, &statistics).unwrap();
    let mut on = TrainOptions { seed: 9, ..once };
    on.weights.initial = Some(path.clone());
    place.run("second", &on).unwrap();
    let (_, loss) = first_loss(&supernet, &first_batch(&place, &on), &on);
    starts_at(&place, "second", loss);

    let whole = supernet.to_named();
    for (damaged, said) in
        [("final_layer.bias", "the head"), ("layer1.0.conv2.weight", "layer1.0.bn2")]
    {
        let mut weights = whole.clone();
        weights.get_mut(damaged).unwrap().as_mut_slice::<f32>().unwrap()[0] = f32::NAN;
        supernet.load_named(&weights, Absent::Refuse, "damaged").unwrap();
        save_supernet(&path, &supernet, &statistics).unwrap();
        // Neither a line nor a checkpoint is written of what is not a number.
        for log_every in [1, 1000] {
            let run = format!("lost {damaged} {log_every}");
            let error = place.run(&run, &TrainOptions { log_every, ..on.clone() }).unwrap_err();
            let Error::Diverged { iteration, layer, .. } = &error else { panic!("{error}") };
            assert!(*iteration == 0 && layer.contains(said), "{error}");
            assert!(metrics(&place.path(&run)).is_empty());
            assert!(!place.path(&run).join("checkpoints").exists());
        }
    }
}

/// The largest network learns the targets, the others its predictions, too.
#[test]
fn a_sandwich_distils_in_place() {
    let place = Place::new();
    let sandwich = SubnetSampling::Sandwich(Sandwich { random: 1, distil: true });
    let options = TrainOptions { sampling: sandwich, ..once() };
    place.run("run", &options).unwrap();
    let supernet = Supernet::<Plain>::new(&spec(), options.seed, &DEVICE);
    let batch = first_batch(&place, &options);
    let subnets = options.sampling.subnets(&spec(), options.seed, 0);
    assert_eq!(subnets.len(), 3);
    let passes: Vec<_> =
        subnets.iter().map(|subnet| loss_of(&supernet, &supernet.plan(subnet), &batch)).collect();
    let (teacher, _) = passes[0].clone();
    let with_teacher = passes.iter().map(|(found, task)| {
        let distance = (found.clone() - teacher.clone()).powi_scalar(2).mean().into_scalar();
        task + TEACHER * f64::from(distance)
    });
    starts_at(&place, "run", with_teacher.sum::<f64>() / 3.0);
}

/// A single network of the space teaches, too.
#[test]
fn a_single_network_teaches() {
    let (place, options) = (Place::new(), once());
    let supernet = Supernet::<Plain>::new(&spec(), 3, &DEVICE);
    let architecture = Architecture::hrnet(&spec());
    let plan = supernet.plan(&architecture);
    let statistics = supernet.initial_statistics(&DEVICE);
    let calibrated = supernet.with_running_statistics(plan, &statistics);
    let path = place.path("teacher.safetensors");
    supernet.extract(&architecture, &calibrated).save(&path).unwrap();
    let taught = changed(&options, |options| {
        options.weights.teacher = Some(path.clone());
        options.distillation = DistillationOptions { weight: 2.0, end: Some(0.0) };
    });
    place.run("run", &taught).unwrap();
    let batch = first_batch(&place, &options);
    let own = Supernet::new(&spec(), options.seed, &DEVICE);
    let (found, task) = first_loss(&own, &batch, &options);
    let teacher = Teacher::load(&path, &spec(), &DEVICE).unwrap();
    let images = normalised(&batch.images, batch.size, &DEVICE);
    let distance = found - teacher.predict(images, spec().heads[0]).coarse;
    let distance = f64::from(distance.powi_scalar(2).mean().into_scalar());
    starts_at(&place, "run", task + 2.0 * distance);
}
