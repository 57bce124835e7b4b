//! Meaning of the keys of an experiment file, by key.

/// Keys with their meaning and unit.
const DESCRIPTIONS: &[(&str, &str)] = &[
    ("version", "Version of the format: 1"),
    (
        "space",
        "Name of a preset (`cost --help` lists them), a RON file, or `(base: \"tiny\", widths: […], …)`",
    ),
    (
        "input",
        "Height and width of the network's input in pixels, or `Auto` to follow the pictures of labelled data",
    ),
    ("data", "Folder of the data set, in the layout of the task"),
    (
        "facts",
        "Joints (`coco`, `crowdpose` or a file) or classes (`cityscapes` or a file); by default the one RON file of facts in the folder of the data set, else those of the task's best-known data set",
    ),
    (
        "second",
        "Data of the second task of a space with two: `(data: \"…\", input: (H, W), batch: N)`",
    ),
    (
        "files.train.annotations",
        "COCO annotations of the training part, where they are not where the layout has them",
    ),
    ("files.train.images", "Folder of its pictures"),
    ("files.val.annotations", "COCO annotations of the held-out part"),
    ("files.val.images", "Folder of its pictures"),
    (
        "files.val_share",
        "Share of the training part's pictures to hold out, instead of a held-out part",
    ),
    ("files.category", "Category of the people in annotation files, by name or id"),
    ("files.apply_exif", "Whether pictures are turned as their EXIF orientation tag says"),
    (
        "files.boxes",
        "Boxes that top-down networks crop: `Annotated`, or `Whole` for the whole picture",
    ),
    (
        "files.box_padding",
        "Size of their crops relative to the boxes, 0.5 to 4: 1.25 as published, 1 for boxes that have a margin",
    ),
    (
        "appearance.brightness",
        "Training samples of every task: maximum distance from 1 of the factor of all values",
    ),
    (
        "appearance.contrast",
        "Maximum distance from 1 of the factor of differences from the sample's mean luma",
    ),
    (
        "appearance.saturation",
        "Maximum distance from 1 of the factor of differences from each pixel's luma",
    ),
    ("appearance.erase_probability", "Probability of erasing a rectangle"),
    ("appearance.erase_area", "Maximum share of the sample's area that the rectangle takes"),
    ("augment.half_body_probability", "Crops of people: probability of half a body"),
    ("augment.half_body_joints", "Visible joints that must be exceeded for half a body"),
    ("augment.scale", "Standard deviation of the scale around 1, and its maximum distance from 1"),
    (
        "augment.rotation",
        "Standard deviation of the rotation in degrees; twice this is the maximum",
    ),
    ("augment.rotation_probability", "Probability of a rotation"),
    ("augment.flip_probability", "Probability of mirroring"),
    (
        "scenes.fit",
        "Whole pictures of people: side that scales are shares of, `Shorter` or `Longer`",
    ),
    ("scenes.least_scale", "Minimum share of that side that a crop spans"),
    ("scenes.most_scale", "Maximum share of that side that a crop spans"),
    ("scenes.rotation", "Maximum rotation in degrees, to either side"),
    ("scenes.shift", "Maximum shift in pixels, to either side, where the crop spans 200 pixels"),
    ("scenes.flip_probability", "Probability of mirroring"),
    (
        "crops.base",
        "Labelled pictures: longer side in pixels of a picture at scale 1; 0 for each picture's own",
    ),
    ("crops.least_scale", "Minimum scale"),
    ("crops.scale_step", "Step between scales"),
    ("crops.scale_steps", "Steps above the minimum scale, each equally likely"),
    ("crops.flip_probability", "Probability of mirroring"),
    ("views.least_area", "Minimum share of the area of a picture with a class that a view takes"),
    (
        "views.most_stretch",
        "Maximum stretch of a view's width against its height, and the other way round",
    ),
    ("views.flip_probability", "Probability of mirroring"),
    ("train.epochs", "Passes over the training set, or `Auto` for a number that suits its size"),
    ("train.batch", "Samples per batch: people (top-down) or pictures"),
    ("train.accumulation", "Batches whose gradients are summed before a step"),
    (
        "train.optimizer",
        "`Adam`, `AdamW((weight_decay: 0.05))` or `Sgd((momentum: 0.9, weight_decay: 5e-4))`; `decay_norms` says whether scales, shifts and biases decay, too (by default with Sgd only)",
    ),
    ("train.learning_rate", "Learning rate at the start"),
    ("train.milestones", "Epochs after which the learning rate is multiplied by `decay`"),
    ("train.decay", "Factor at every milestone"),
    (
        "train.poly",
        "Instead of milestones: power with which the learning rate follows the share of iterations left, as `Some(0.9)`",
    ),
    (
        "train.cosine",
        "Instead of milestones: half a cosine down to this share of the learning rate, as `Some(0.01)`",
    ),
    ("train.clip", "Largest norm of all gradients of a step together, as `Some(1.0)`"),
    (
        "train.ema",
        "Decay per step of a moving average of the weights, which is validated and becomes the result, as `Some(0.999)`",
    ),
    ("train.warmup", "Iterations over which the learning rate rises linearly from zero"),
    (
        "train.sync_norm",
        "Normalise over the whole batch where several devices share it, and not over each one's part",
    ),
    ("train.norm_momentum", "Momentum of the running statistics, in PyTorch's convention"),
    (
        "train.heatmap_sigma",
        "Heatmaps of crops of people: standard deviation of the Gaussian around a joint in heatmap pixels, as `Some(2.0)`; without, 1/32 of the heatmap's height",
    ),
    (
        "train.pixel_loss.Ohem.threshold",
        "Hard pixels: probability of the true class below which a pixel is hard",
    ),
    (
        "train.pixel_loss.Ohem.keep",
        "Minimum number of hard pixels per batch; `pixel_loss: CrossEntropy` counts all pixels",
    ),
    (
        "train.class_weights",
        "Weights of classes in the loss: `Facts`, `Pixels` (rarity among training pixels) or `Equal`",
    ),
    (
        "train.precision",
        "Number format of features: `F32`, `Bf16`, or `Auto`: `Bf16` where the device is faster in it",
    ),
    (
        "train.sampling",
        "Subnets of an iteration: `Grouped` (as published), `Uniform`, `Fair`, `Sandwich((random: 2, distil: true))`, or one network alone: `Largest`, `Smallest`, `Hrnet`",
    ),
    (
        "train.teacher",
        "Weights to distil: a supernet, whose largest network teaches, or a single network of the space",
    ),
    ("train.distil_weight", "Weight in the loss of the distance to a teacher, frozen or in place"),
    (
        "train.distil_weight_end",
        "That weight after the last iteration, reached linearly; `None` for a constant one",
    ),
    ("train.initial", "Weights to start from; random ones without"),
    ("train.seed", "Seed of every random stream of the training"),
    ("train.validate_every", "Epochs between validations of the named subnets; 0 for none"),
    ("train.validation_people", "Maximum number of held-out samples to predict; 0 for all"),
    (
        "train.patience",
        "Validations without a better one after which a run ends with its best weights; 0 to train to the end",
    ),
    ("train.calibration_batches", "Training batches behind the statistics of an evaluated subnet"),
    ("train.calibration_batch", "Samples per such batch; 0 for as many as in a training batch"),
    ("train.checkpoint_every", "Iterations between checkpoints; 0 for one per epoch"),
    ("train.keep_checkpoints", "Number of checkpoints to keep"),
    ("train.log_every", "Iterations between lines of `metrics.jsonl`"),
    ("train.tensorboard", "Whether figures are written as event files of TensorBoard, too"),
    ("train.workers", "Threads that read and cut pictures"),
    ("search.algorithm", "`Published`, `Nsga2`, `Regularised`, or `Random` for the baseline"),
    ("search.initial_per_group", "Random networks per group of the initial population (15 groups)"),
    ("search.survivors", "Parents of each generation"),
    ("search.generations", "Generations after the initial population"),
    ("search.offspring", "New networks per generation"),
    (
        "search.screen",
        "Children bred per network of a generation: those with the best predicted scores are taken; 1 for no prediction",
    ),
    (
        "search.halving",
        "Rounds of successive halving: children are scored on a part of the held-out pictures first, 1/2 for one round, and \
         the better half goes on",
    ),
    ("search.crossover", "Probability with which a module comes from the mate"),
    ("search.mutation.depth", "Probability with which a branch draws a new depth"),
    (
        "search.mutation.fusion",
        "Probability with which a fusion of two branches is added or removed",
    ),
    ("search.limits.max_gmacs", "Maximum number of multiply-accumulates, in 10^9"),
    ("search.limits.max_ms", "Maximum number of milliseconds, by the table of `evolve --latency`"),
    ("search.limits.max_mparams", "Maximum number of parameters, in millions"),
    (
        "search.attempts",
        "Maximum number of draws for one network that is new and within the limits",
    ),
    (
        "search.patience",
        "Generations without a larger hypervolume after which the search has converged; 0 for never",
    ),
    ("search.batch", "Candidates scored between saves of the state: the most that a kill loses"),
    ("search.seed", "Seed of all draws"),
    ("search.baseline", "Whether as many random networks are scored, to compare the search with"),
    ("synth.train", "Synthetic data of `quickstart`: pictures to train on"),
    ("synth.val", "Held-out pictures"),
    ("synth.size", "Height and width of a picture"),
    ("synth.people", "Maximum number of people per picture; streets ignore it"),
];

/// Meaning of a key; `None` for one that has none yet.
pub fn description(key: &str) -> Option<&'static str> {
    DESCRIPTIONS.iter().find(|(name, _)| *name == key).map(|(_, meaning)| *meaning)
}
