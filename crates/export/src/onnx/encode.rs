//! A graph as the bytes of an ONNX file.

use prost::Message;

use super::messages::{
    self, Attribute as AttributeMessage, AttributeType, DataType, Dimension as DimensionMessage,
    Model, OperatorSet, Shape, Tensor as TensorMessage, TensorType, Type, ValueInfo,
};
use super::opset::Opset;
use crate::graph::{Attribute, Constant, Dimension, Element, Graph, Node, Port, Rank};

/// First opset and version of the file format that came with it, newest first.
const FORMATS: [(i64, i64); 3] = [(21, 10), (19, 9), (17, 8)];

/// Bytes of the file; `name` is that of the graph.
pub fn encode(graph: &Graph, name: &str, opset: Opset) -> Vec<u8> {
    let version = opset.version();
    let format = FORMATS.iter().find(|(first, _)| version >= *first);
    let model = Model {
        ir_version: format.expect("every accepted opset has a format").1,
        producer_name: "ScaleNAS".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(messages::Graph {
            node: graph.nodes.iter().map(node).collect(),
            name: name.to_owned(),
            initializer: graph.constants.iter().map(constant).collect(),
            input: graph.inputs.iter().map(port).collect(),
            output: graph.outputs.iter().map(port).collect(),
        }),
        opset_import: vec![OperatorSet { domain: String::new(), version }],
    };
    model.encode_to_vec()
}

fn node(node: &Node) -> messages::Node {
    messages::Node {
        input: node.inputs.clone(),
        output: vec![node.output.clone()],
        name: node.output.clone(),
        op_type: node.operator.to_owned(),
        attribute: node.attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
    }
}

fn attribute(name: &str, value: &Attribute) -> AttributeMessage {
    let empty = AttributeMessage { name: name.to_owned(), ..AttributeMessage::default() };
    let (kind, message) = match value {
        Attribute::Int(i) => (AttributeType::Int, AttributeMessage { i: Some(*i), ..empty }),
        Attribute::Float(f) => (AttributeType::Float, AttributeMessage { f: Some(*f), ..empty }),
        Attribute::Ints(ints) => {
            (AttributeType::Ints, AttributeMessage { ints: ints.clone(), ..empty })
        }
        Attribute::Text(text) => {
            let s = Some(text.as_bytes().to_vec());
            (AttributeType::String, AttributeMessage { s, ..empty })
        }
    };
    AttributeMessage { r#type: kind.into(), ..message }
}

fn constant(constant: &Constant) -> TensorMessage {
    match constant {
        Constant::Floats(name, tensor) => TensorMessage {
            dims: tensor.shape.iter().map(|&length| length as i64).collect(),
            data_type: DataType::Float.into(),
            name: name.clone(),
            raw_data: Some(tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        },
        Constant::Ints(name, values, rank) => TensorMessage {
            dims: match rank {
                Rank::Scalar => Vec::new(),
                Rank::Vector => vec![values.len() as i64],
            },
            data_type: DataType::Int64.into(),
            name: name.clone(),
            raw_data: Some(values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        },
    }
}

fn port(port: &Port) -> ValueInfo {
    let dimension = |dimension: &Dimension| match *dimension {
        Dimension::Batch => {
            DimensionMessage { dim_value: None, dim_param: Some(Dimension::BATCH.to_owned()) }
        }
        Dimension::Fixed(length) => {
            DimensionMessage { dim_value: Some(length as i64), dim_param: None }
        }
    };
    let element = match port.element {
        Element::Float32 => DataType::Float,
        Element::Int64 => DataType::Int64,
    };
    let tensor = TensorType {
        elem_type: element.into(),
        shape: Some(Shape { dim: port.shape.iter().map(dimension).collect() }),
    };
    ValueInfo { name: port.name.clone(), r#type: Some(Type { tensor_type: Some(tensor) }) }
}
