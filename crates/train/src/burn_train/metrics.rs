//! Metrics of the dashboard: the ranking figures of named subnets.

use std::sync::Arc;

use burn_train::metric::{
    Metric, MetricAttributes, MetricMetadata, MetricName, Numeric, NumericAttributes, NumericEntry,
    SerializedEntry,
};

use super::items::Scores;
use crate::score::grade::Figure;

/// Ranking figure of one named subnet.
#[derive(Clone)]
pub(crate) struct SubnetFigure {
    name: MetricName,
    figure: Figure,
    subnet: &'static str,
    value: f64,
}

impl SubnetFigure {
    /// The figure of the subnet of a name; 0 until the first validation.
    pub fn new(figure: Figure, subnet: &'static str) -> Self {
        Self { name: Arc::new(format!("{} {subnet}", figure.name())), figure, subnet, value: 0.0 }
    }
}

impl Metric for SubnetFigure {
    type Input = Scores;

    fn name(&self) -> MetricName {
        Arc::clone(&self.name)
    }

    fn attributes(&self) -> MetricAttributes {
        NumericAttributes { unit: None, higher_is_better: true }.into()
    }

    fn update(&mut self, scores: &Scores, _: &MetricMetadata) -> SerializedEntry {
        let mut scores = scores.0.iter().filter(|score| score.grade.figure() == self.figure);
        if let Some(score) = scores.find(|score| score.name == self.subnet) {
            self.value = score.grade.value();
        }
        SerializedEntry::new(format!("{:.3}", self.value), self.value.to_string())
    }

    fn clear(&mut self) {}
}

impl Numeric for SubnetFigure {
    fn value(&self) -> NumericEntry {
        NumericEntry::Value(self.value)
    }

    fn running_value(&self) -> NumericEntry {
        NumericEntry::Value(self.value)
    }
}
