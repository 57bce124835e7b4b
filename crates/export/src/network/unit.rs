//! A convolution with its normalisation, residual and activation.

use scalenas_space::layers::{ConvKind, NORM_EPSILON};

use super::writer::{Norms, Writer};
use crate::error::Result;
use crate::graph::{Attribute, Value};
use crate::tensor::Tensor;

/// Parts of a normalisation in a checkpoint: scale, shift, mean, variance.
const NORM_PARTS: [&str; 4] = ["weight", "bias", "running_mean", "running_var"];

/// Place of a unit in a network.
pub struct Unit<'a> {
    /// Checkpoint name of the convolution.
    pub conv: &'a str,
    /// Checkpoint name of the normalisation.
    pub norm: &'a str,
    pub stride: usize,
    pub kind: ConvKind,
    pub relu: bool,
}

impl<'a> Unit<'a> {
    /// A plain convolution of stride 1 with activation.
    pub fn plain(conv: &'a str, norm: &'a str) -> Self {
        Self { conv, norm, stride: 1, kind: ConvKind::Plain, relu: true }
    }
}

impl<'a> Writer<'a> {
    /// `relu(norm(conv(x)) + residual)`, with what the unit has of these.
    pub fn unit(&mut self, unit: &Unit<'_>, x: &Value, residual: Option<&Value>) -> Result<Value> {
        let weight = self.tensor(&format!("{}.weight", unit.conv))?;
        let bias = self.optional(&format!("{}.bias", unit.conv));
        let [scale, shift, mean, variance] = self.norm(unit.norm)?;
        let attributes = geometry(weight.shape[2], unit.stride);
        let operator = match unit.kind {
            ConvKind::Plain => "Conv",
            ConvKind::Transposed => "ConvTranspose",
        };
        let mut y = match self.norms {
            Norms::Folded => {
                let folded = fold(weight, bias, [scale, shift, mean, variance], unit.kind);
                self.convolve(operator, unit.conv, x, (folded.0, Some(folded.1)), attributes)
            }
            Norms::Kept => {
                let parts = (weight.clone(), bias.cloned());
                let y = self.convolve(operator, unit.conv, x, parts, attributes);
                self.normalise(unit.norm, &y, [scale, shift, mean, variance])
            }
        };
        if let Some(residual) = residual {
            y = self.graph.apply("Add", &format!("{}.sum", unit.conv), &[&y, residual]);
        }
        if unit.relu {
            y = self.graph.apply("Relu", &format!("{}.relu", unit.conv), &[&y]);
        }
        Ok(y)
    }

    /// A 1x1 convolution with bias and without normalisation.
    pub fn pointwise(&mut self, name: &str, x: &Value) -> Result<Value> {
        let weight = self.tensor(&format!("{name}.weight"))?.clone();
        let bias = self.tensor(&format!("{name}.bias"))?.clone();
        Ok(self.convolve("Conv", name, x, (weight, Some(bias)), geometry(1, 1)))
    }

    /// Two 3x3 units and an identity shortcut.
    pub fn basic_block(&mut self, name: &str, x: &Value) -> Result<Value> {
        let y = self.numbered(name, 1, x, None)?;
        self.numbered(name, 2, &y, Some(x))
    }

    /// Units of 1x1, 3x3 and 1x1, with a projected shortcut where the checkpoint has one.
    pub fn bottleneck(&mut self, name: &str, x: &Value) -> Result<Value> {
        let shortcut = format!("{name}.downsample.0");
        let shortcut = if self.optional(&format!("{shortcut}.weight")).is_some() {
            let norm = format!("{name}.downsample.1");
            let unit = Unit { relu: false, ..Unit::plain(&shortcut, &norm) };
            self.unit(&unit, x, None)?
        } else {
            x.clone()
        };
        let y = self.numbered(name, 1, x, None)?;
        let y = self.numbered(name, 2, &y, None)?;
        self.numbered(name, 3, &y, Some(&shortcut))
    }

    /// Unit `convK`, `bnK` of a block.
    pub fn numbered(
        &mut self,
        name: &str,
        k: usize,
        x: &Value,
        residual: Option<&Value>,
    ) -> Result<Value> {
        let (conv, norm) = (format!("{name}.conv{k}"), format!("{name}.bn{k}"));
        self.unit(&Unit::plain(&conv, &norm), x, residual)
    }

    fn norm(&self, name: &str) -> Result<[&'a Tensor; 4]> {
        let [scale, shift, mean, variance] =
            NORM_PARTS.map(|part| self.tensor(&format!("{name}.{part}")));
        Ok([scale?, shift?, mean?, variance?])
    }

    fn convolve(
        &mut self,
        operator: &'static str,
        name: &str,
        x: &Value,
        (weight, bias): (Tensor, Option<Tensor>),
        attributes: Vec<(&'static str, Attribute)>,
    ) -> Value {
        let weight = self.graph.floats(&format!("{name}.weight"), weight);
        let bias = bias.map(|bias| self.graph.floats(&format!("{name}.bias"), bias));
        let inputs: Vec<&Value> = [x, &weight].into_iter().chain(bias.as_ref()).collect();
        self.graph.apply_with(operator, &format!("{name}.out"), &inputs, attributes)
    }

    fn normalise(&mut self, name: &str, x: &Value, parts: [&Tensor; 4]) -> Value {
        let mut parts = parts
            .into_iter()
            .zip(NORM_PARTS)
            .map(|(tensor, part)| self.graph.floats(&format!("{name}.{part}"), tensor.clone()));
        let parts: [Value; 4] = std::array::from_fn(|_| parts.next().expect("four parts"));
        let [scale, shift, mean, variance] = &parts;
        self.graph.apply_with(
            "BatchNormalization",
            &format!("{name}.out"),
            &[x, scale, shift, mean, variance],
            vec![("epsilon", Attribute::Float(NORM_EPSILON as f32))],
        )
    }
}

/// Attributes of a convolution with a square kernel, whose padding keeps the size at stride 1 and
/// halves or doubles it at stride 2.
fn geometry(kernel: usize, stride: usize) -> Vec<(&'static str, Attribute)> {
    let padding = (kernel - 1) / 2;
    let [kernel, stride, padding] = [kernel, stride, padding].map(|value| value as i64);
    vec![
        ("kernel_shape", Attribute::Ints(vec![kernel; 2])),
        ("strides", Attribute::Ints(vec![stride; 2])),
        ("pads", Attribute::Ints(vec![padding; 4])),
    ]
}

/// Weight and bias of a convolution that does the work of the normalisation behind it.
fn fold(
    weight: &Tensor,
    bias: Option<&Tensor>,
    [scale, shift, mean, variance]: [&Tensor; 4],
    kind: ConvKind,
) -> (Tensor, Tensor) {
    let both = scale.values.iter().zip(&variance.values);
    let factors = both.map(|(&s, &v)| f64::from(s) / (f64::from(v) + NORM_EPSILON).sqrt());
    let factors: Vec<f64> = factors.collect();
    let folded_bias = factors.iter().enumerate().map(|(channel, factor)| {
        let before = bias.map_or(0.0, |bias| f64::from(bias.values[channel]));
        let centred = before - f64::from(mean.values[channel]);
        (f64::from(shift.values[channel]) + centred * factor) as f32
    });
    // Outputs are the first axis of a plain weight and the second one of a transposed weight.
    let inner: usize = weight.shape[2..].iter().product();
    let (outputs, run) = match kind {
        ConvKind::Plain => (weight.shape[0], weight.shape[1] * inner),
        ConvKind::Transposed => (weight.shape[1], inner),
    };
    let values = weight.values.iter().enumerate();
    let values = values.map(|(i, &w)| (f64::from(w) * factors[i / run % outputs]) as f32);
    let bias = Tensor::vector(folded_bias.collect());
    (Tensor { shape: weight.shape.clone(), values: values.collect() }, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_equals_normalising_behind_the_convolution() {
        let vector = |values: &[f32]| Tensor::vector(values.to_vec());
        let (scale, shift) = (vector(&[2.0, -1.0]), vector(&[0.5, 0.25]));
        let (mean, variance) = (vector(&[1.0, -3.0]), vector(&[4.0, 0.25]));
        let norm = |channel: usize, y: f32| {
            let deviation = (variance.values[channel] + NORM_EPSILON as f32).sqrt();
            (y - mean.values[channel]) / deviation * scale.values[channel] + shift.values[channel]
        };
        for (kind, shape) in [(ConvKind::Plain, [2, 3, 1, 1]), (ConvKind::Transposed, [3, 2, 1, 1])]
        {
            let values = (0..6).map(|i| i as f32 - 2.0).collect();
            let weight = Tensor { shape: shape.to_vec(), values };
            let bias = vector(&[0.125, 7.0]);
            let (folded, folded_bias) =
                fold(&weight, Some(&bias), [&scale, &shift, &mean, &variance], kind);
            for channel in 0..2 {
                let at = |input: usize| match kind {
                    ConvKind::Plain => channel * 3 + input,
                    ConvKind::Transposed => input * 2 + channel,
                };
                let x = [0.75, -1.5, 2.0];
                let sum = |w: &Tensor| (0..3).map(|i| w.values[at(i)] * x[i]).sum::<f32>();
                let expected = norm(channel, sum(&weight) + bias.values[channel]);
                let found = sum(&folded) + folded_bias.values[channel];
                assert!((found - expected).abs() < 1e-4, "{found} {expected}");
            }
        }
    }
}
