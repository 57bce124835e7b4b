//! Pull and push losses of tags: the tags of one person attract, those of different people repel
//! (associative embedding).
//!
//! Source: HigherHRNet reference.

use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};

/// Weight of each pair of people in the push loss, which counts both orders of a pair.
const HALF: f64 = 0.5;

/// Positions of the tags of each person of a batch, as the small matrices of both losses.
#[derive(Debug, Clone)]
pub struct TagGroups<B: Backend> {
    /// Positions of all tags in the flattened tag maps; `None` in a batch without people.
    people: Option<Groups<B>>,
}

#[derive(Debug, Clone)]
struct Groups<B: Backend> {
    /// `[tags]`.
    positions: Tensor<B, 1, Int>,
    /// `[people, tags]`: takes the mean over each person's tags.
    mean: Tensor<B, 2>,
    /// `[tags, people]`: 1 where a tag is a person's.
    member: Tensor<B, 2>,
    /// `[people, 1]`: weight of each person's variance.
    pull: Tensor<B, 2>,
    /// `[people, people]`: weight of each pair.
    push: Tensor<B, 2>,
}

impl<B: Backend> TagGroups<B> {
    /// Groups of a batch: per picture and person, the positions of the tags in
    /// `[joints, height, width]`, which has `size` values.
    pub fn new(batch: &[Vec<Vec<usize>>], size: usize, device: &B::Device) -> Self {
        let people: Vec<(usize, &Vec<usize>)> = batch
            .iter()
            .enumerate()
            .flat_map(|(picture, people)| people.iter().map(move |tags| (picture, tags)))
            .collect();
        if people.is_empty() {
            return Self { people: None };
        }
        let positions: Vec<i64> = people
            .iter()
            .flat_map(|(picture, tags)| tags.iter().map(move |tag| (picture * size + tag) as i64))
            .collect();
        let (count, tags) = (people.len(), positions.len());
        let [mean, member] = membership(&people, tags);
        let [pull, push] = weights(&people, batch);
        let matrix = |values: Vec<f32>, shape: [usize; 2]| {
            Tensor::<B, 2>::from_data(TensorData::new(values, shape), device)
        };
        Self {
            people: Some(Groups {
                positions: Tensor::from_data(TensorData::new(positions, [tags]), device),
                mean: matrix(mean, [count, tags]),
                member: matrix(member, [tags, count]),
                pull: matrix(pull, [count, 1]),
                push: matrix(push, [count, count]),
            }),
        }
    }

    /// Pull and push of tag maps `[batch, joints, height, width]`, means over the pictures; `[1]`
    /// each. Pictures without people count as 0, those with one have nothing to push.
    pub fn losses(&self, tags: Tensor<B, 4>) -> (Tensor<B, 1>, Tensor<B, 1>) {
        let Some(groups) = &self.people else {
            let zero = Tensor::zeros([1], &tags.device());
            return (zero.clone(), zero);
        };
        let flat: Tensor<B, 1> = tags.flatten(0, 3);
        let tags: Tensor<B, 2> = flat.select(0, groups.positions.clone()).unsqueeze_dim(1);
        let means = groups.mean.clone().matmul(tags.clone());
        let apart = tags - groups.member.clone().matmul(means.clone());
        let variances = groups.mean.clone().matmul(apart.powi_scalar(2));
        let pull = (variances * groups.pull.clone()).sum();
        let between = means.clone() - means.transpose();
        let push = (between.powi_scalar(2).neg().exp() * groups.push.clone()).sum();
        (pull, push)
    }
}

/// People of a batch: index of the picture and positions of the tags.
type People<'a> = [(usize, &'a Vec<usize>)];

/// `[people, tags]` with the share of each tag in the mean of its person, and `[tags, people]` with
/// 1 where a tag belongs to a person.
fn membership(people: &People<'_>, tags: usize) -> [Vec<f32>; 2] {
    let count = people.len();
    let mut mean = vec![0.0f32; count * tags];
    let mut member = vec![0.0f32; tags * count];
    let mut tag = 0;
    for (person, (_, own)) in people.iter().enumerate() {
        for _ in *own {
            mean[person * tags + tag] = 1.0 / own.len() as f32;
            member[tag * count + person] = 1.0;
            tag += 1;
        }
    }
    [mean, member]
}

/// `[people]` with the weight of each person's variance, and `[people, people]` with that of each
/// pair; means over the people or pairs of a picture, then over pictures.
fn weights(people: &People<'_>, batch: &[Vec<Vec<usize>>]) -> [Vec<f32>; 2] {
    let count = people.len();
    let pictures = batch.len() as f32;
    let share = |picture: usize| batch[picture].len() as f32;
    let pull = people.iter().map(|&(picture, _)| 1.0 / (share(picture) * pictures)).collect();
    let mut push = vec![0.0f32; count * count];
    for (a, &(picture, _)) in people.iter().enumerate() {
        let count_here = share(picture);
        for (b, &(other, _)) in people.iter().enumerate() {
            if a != b && picture == other {
                push[a * count + b] = HALF as f32 / (count_here * (count_here - 1.0) * pictures);
            }
        }
    }
    [pull, push]
}
