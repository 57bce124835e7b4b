//! Convolutions and gradients of their inputs, launched as products of the framework with an epilogue.

use burn_backend::DType;
use burn_cubecl::ops::permute_nchw_to_nhwc;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{CubeRuntime, cubecl};
use cubecl::prelude::*;
use cubecl::std::tensor::launch::ViewArg;
use cubecl::std::tensor::layout::chain::{Chain, ChainLaunch};
use cubecl::std::tensor::layout::{Coords1d, VirtualLayoutLaunch};
use cubecl::zspace::shape;
use cubek::convolution::components::global::args::{RuntimeArgs, RuntimeArgsLaunch};
use cubek::convolution::components::global::layout::{
    BiasLayout, Im2colLayout, Im2colLayoutLaunch, NhwcCheck, NhwcLayout, NhwcLayoutLaunch,
    OutLayout, OutLayoutLaunch, WeightLayout, WeightLayoutLaunch,
};
use cubek::convolution::components::global::read::strategy::sync_bias::SyncBiasLoading;
use cubek::convolution::components::{
    ConvSetupError, ConvolutionOperation, ConvolutionParams, ConvolutionProblem, Dimensionality,
};
use cubek::convolution::forward::args::ConcreteInputsFactory;
use cubek::matmul::components::global::memory::{NoopLayout, NoopLayoutLaunch};
use cubek::matmul::components::global::read::sync_full_strided::SyncFullStridedLoading;
use cubek::matmul::components::tile::TileMatmulKind;
use cubek::matmul::definition::{
    AvailableVectorSizes, Blueprint as _, MatmulElems, MatmulGlobalElems, TilingBlueprint,
};
use cubek::matmul::launch::{
    InputArg, OutputArg, TensorArgs, TensorInputsLaunch, TensorOutputLaunch, launch_kernel,
};
use cubek::matmul::routines::simple::{SimpleAlgorithm, SimpleArgs};
use cubek::matmul::routines::simple_unit::{SimpleUnitAlgorithm, SimpleUnitSelectionArgs};
use cubek::matmul::routines::{BlueprintStrategy, Routine, TileSizeSelection};
use cubek::std::{InputBinding, MatrixLayout};

use super::epilogue::{EpilogueArgs, EpilogueOutputLaunch};
use super::strided::{StridedLayout, StridedLayoutLaunch};
use crate::gpu::maps::Maps;
use crate::types::{Activation, ConvGeometry};

/// Loads tiles row by row: one kernel of the framework leads by a wide margin or is level wherever all
/// were timed (`docs/benchmarks.md`).
type MatrixProduct =
    SimpleAlgorithm<SyncFullStridedLoading, SyncFullStridedLoading, SyncBiasLoading>;
type ThreadProduct =
    SimpleUnitAlgorithm<SyncFullStridedLoading, SyncFullStridedLoading, SyncBiasLoading>;
type Plain = TensorArgs<RuntimeArgs>;
type Inputs<R> = (<InputArg<Plain> as LaunchArg>::RuntimeArg<R>, RuntimeArgsLaunch<R>);

/// Arguments of the inputs, once the tiles are chosen.
trait MakeInputs<R: CubeRuntime>:
    FnOnce(&TilingBlueprint, &ConvolutionProblem, &MatmulElems) -> Inputs<R>
{
}

impl<R: CubeRuntime, F> MakeInputs<R> for F where
    F: FnOnce(&TilingBlueprint, &ConvolutionProblem, &MatmulElems) -> Inputs<R>
{
}

/// Hardware that multiplies the tiles of a matrix product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gpu) enum Units {
    /// Units for matrices.
    Matrices,
    /// Each thread for itself.
    Threads,
}

/// Sums and activation applied to a product `[pixels, channels]` on its way to memory, in float32.
pub(super) struct Epilogue<'a, R: CubeRuntime> {
    /// Float32 `[channels]`.
    pub bias: Option<CubeTensor<R>>,
    pub residual: Option<&'a Maps<R>>,
    pub activation: Activation,
}

impl<R: CubeRuntime> Epilogue<'_, R> {
    pub const NONE: Self = Self { bias: None, residual: None, activation: Activation::Identity };
}

/// The convolution of `x`, written to `y`. The sums start from `start` `[channels]`, which is in the
/// number format of `x`, or from zero.
pub(super) fn convolution<R: CubeRuntime>(
    units: Units,
    [x, weight, y]: [&Maps<R>; 3],
    start: Option<CubeTensor<R>>,
    geometry: ConvGeometry,
    epilogue: Epilogue<'_, R>,
) -> Result<(), ConvSetupError> {
    let call = Call::new(units, ConvolutionOperation::Forward, [x, weight, y], geometry, &epilogue);
    let start = start.map(|bias| {
        let dtype = bias.dtype;
        InputBinding::Normal(bias.binding(), dtype.into())
    });
    call.launch(epilogue, |blueprint, problem, dtypes| {
        <InputArg<Plain> as ConcreteInputsFactory<MatrixProduct>>::create(
            input(x),
            input(weight),
            start,
            blueprint,
            problem,
            dtypes,
        )
    })
}

/// The gradient of a convolution's input, written to `dx`, given that of its output.
pub(super) fn input_gradient<R: CubeRuntime>(
    units: Units,
    [dy, weight, dx]: [&Maps<R>; 3],
    geometry: ConvGeometry,
    epilogue: Epilogue<'_, R>,
) -> Result<(), ConvSetupError> {
    let spread = ConvGeometry { stride: 1, ..geometry };
    let operation = ConvolutionOperation::BackwardData;
    let call = Call::new(units, operation, [dy, weight, dx], spread, &epilogue);
    call.launch(epilogue, |blueprint, problem, _| {
        gradient_inputs(dy, weight, geometry.stride, blueprint, problem)
    })
}

/// A product about to be launched.
struct Call<'a, R: CubeRuntime> {
    units: Units,
    problem: ConvolutionProblem,
    dtypes: MatmulElems,
    output: &'a Maps<R>,
    vectors: AvailableVectorSizes,
}

impl<'a, R: CubeRuntime> Call<'a, R> {
    fn new(
        units: Units,
        operation: ConvolutionOperation,
        [left, weight, output]: [&'a Maps<R>; 3],
        geometry: ConvGeometry,
        epilogue: &Epilogue<'_, R>,
    ) -> Self {
        let dtype: DType = left.tensor().dtype;
        let values = MatmulGlobalElems { lhs: dtype.into(), rhs: dtype.into(), out: dtype.into() };
        let [lhs, rhs, out] = [left, weight, output].map(binding);
        let size = dtype.size();
        let sizes = AvailableVectorSizes::from_type_sizes(&left.tensor().client, size, size, size)
            .filter_lhs_with_tensor(&lhs.strides, &lhs.shape, MatrixLayout::RowMajor)
            .filter_rhs_with_tensor(&rhs.strides, &rhs.shape, MatrixLayout::RowMajor)
            .filter_out_with_tensor(&out.strides, &out.shape);
        let residual = epilogue.residual.map(binding);
        let vectors = match &residual {
            Some(residual) => sizes.filter_out_with_tensor(&residual.strides, &residual.shape),
            None => sizes,
        };
        let all = [&lhs, &rhs, &out].into_iter().chain(&residual);
        let address = all.map(|binding| binding.required_address_type(size)).max();
        let is_forward = operation == ConvolutionOperation::Forward;
        let (x, y) = if is_forward { (left, output) } else { (output, left) };
        let kernel = weight.extent.height;
        let problem = ConvolutionProblem {
            m: output.extent.pixels(),
            n: output.extent.channels,
            k: left.extent.channels * kernel * kernel,
            lhs_strides: lhs.strides,
            rhs_strides: rhs.strides,
            lhs_layout: MatrixLayout::RowMajor,
            rhs_layout: if is_forward { MatrixLayout::ColMajor } else { MatrixLayout::RowMajor },
            kernel_size: vec![kernel as u32; 2],
            stride: vec![geometry.stride as u32; 2],
            padding: vec![geometry.padding as i32; 2],
            dilation: vec![1; 2],
            batches: left.extent.batch,
            channels: x.extent.channels,
            out_channels: y.extent.channels,
            in_shape: shape![x.extent.height, x.extent.width],
            out_shape: shape![y.extent.height, y.extent.width],
            padded_channels: left.extent.channels,
            operation,
            dimensionality: Dimensionality::Dim2,
            global_dtypes: values.clone(),
            address_type: address.unwrap_or_default(),
        };
        Self { units, problem, dtypes: MatmulElems::from_globals(&values), output, vectors }
    }

    fn launch(
        self,
        epilogue: Epilogue<'_, R>,
        inputs: impl MakeInputs<R>,
    ) -> Result<(), ConvSetupError> {
        match self.units {
            Units::Matrices => {
                let choice =
                    SimpleArgs { tile_matmul: TileMatmulKind::Mma, ..SimpleArgs::default() };
                self.launch_by::<MatrixProduct>(choice, epilogue, inputs)
            }
            Units::Threads => {
                let choice = SimpleUnitSelectionArgs { tile_size: TileSizeSelection::MaxTileSize };
                self.launch_by::<ThreadProduct>(choice, epilogue, inputs)
            }
        }
    }

    fn launch_by<P: Routine<RuntimeArgs, Blueprint = TilingBlueprint>>(
        self,
        choice: P::Strategy,
        epilogue: Epilogue<'_, R>,
        inputs: impl MakeInputs<R>,
    ) -> Result<(), ConvSetupError> {
        let Self { problem, dtypes, output, vectors, .. } = self;
        let client = output.tensor().client.clone();
        let settings = P::device_settings(&client, vectors.pick_max()?);
        let strategy = BlueprintStrategy::<RuntimeArgs, P>::Inferred(choice);
        let expanded = P::expand_blueprint(&problem.as_matmul_problem(), &settings, &strategy)?;
        let problem = padded(problem, &client, &dtypes);
        let info = P::prepare(&problem.as_matmul_problem(), &settings, expanded)?;
        let (inputs, arguments) = inputs(&info.blueprint, &problem, &dtypes);
        let output = written(output, epilogue, &info.blueprint, &problem);
        launch_kernel::<EpilogueArgs, R, P>(&client, inputs, output, arguments, info)
            .map_err(ConvSetupError::Matmul)
    }
}

/// Arguments of the output.
fn written<R: CubeRuntime>(
    output: &Maps<R>,
    epilogue: Epilogue<'_, R>,
    blueprint: &TilingBlueprint,
    problem: &ConvolutionProblem,
) -> <OutputArg<EpilogueArgs> as LaunchArg>::RuntimeArg<R> {
    type Pixels = Chain<NhwcLayout, OutLayout>;
    let layout = || {
        let rows = OutLayoutLaunch::from_args(problem, blueprint.out_global_layout_config());
        ChainLaunch::<NhwcLayout, OutLayout, R>::new(NhwcLayoutLaunch::unchecked(), rows)
    };
    let residual = epilogue.residual.map(|residual| {
        ViewArg::new_tensor::<Pixels>(binding(residual).into_tensor_arg(), layout())
    });
    let bias =
        epilogue.bias.map(|bias| ViewArg::new_tensor::<BiasLayout>(bias.into_tensor_arg(), ()));
    let product = TensorOutputLaunch::new(
        ViewArg::new_tensor::<Pixels>(binding(output).into_tensor_arg(), layout()),
        whole(),
    );
    let with_relu = epilogue.activation == Activation::Relu;
    EpilogueOutputLaunch::new(product, bias.into(), residual.into(), with_relu)
}

/// The problem with channels in whole loads.
fn padded<R: CubeRuntime>(
    mut problem: ConvolutionProblem,
    client: &ComputeClient<R>,
    dtypes: &MatmulElems,
) -> ConvolutionProblem {
    let load = client.properties().hardware.load_width as usize / dtypes.lhs_global.size_bits();
    problem.padded_channels = problem.padded_channels.next_multiple_of(load);
    let kernel: u32 = problem.kernel_size.iter().product();
    problem.k = kernel as usize * problem.padded_channels;
    problem
}

/// As the framework's of a gradient, with zeros between the pixels of a strided one.
fn gradient_inputs<R: CubeRuntime>(
    dy: &Maps<R>,
    weight: &Maps<R>,
    stride: usize,
    blueprint: &TilingBlueprint,
    problem: &ConvolutionProblem,
) -> Inputs<R> {
    type Gradient = Chain<Chain<NhwcLayout, StridedLayout>, Im2colLayout>;
    let is_padded = problem.out_channels != problem.padded_channels;
    let unchecked = NhwcLayoutLaunch::unchecked;
    let gradient = match (stride > 1 || problem.should_check_spatial_bounds(), is_padded) {
        (false, false) => unchecked(),
        (false, true) => NhwcLayoutLaunch::checked(NhwcCheck::Channel.into()),
        (true, false) => NhwcLayoutLaunch::checked(NhwcCheck::Spatial.into()),
        (true, true) => NhwcLayoutLaunch::checked(NhwcCheck::Spatial | NhwcCheck::Channel),
    };
    let parameters = ConvolutionParams::from_problem(problem);
    let pixels =
        Im2colLayoutLaunch::from_args(problem, parameters, blueprint.lhs_global_layout_config());
    let strided = StridedLayoutLaunch::new(stride as u32);
    let pixels = ChainLaunch::new(ChainLaunch::new(gradient, strided), pixels);
    let checked = || NhwcLayoutLaunch::checked(NhwcCheck::Batch.into());
    let kernels = ChainLaunch::new(
        if is_padded { checked() } else { unchecked() },
        WeightLayoutLaunch::from_args(problem, blueprint.rhs_global_layout_config()),
    );
    let inputs = TensorInputsLaunch::new(
        whole(),
        ViewArg::new_tensor::<Gradient>(binding(dy).into_tensor_arg(), pixels),
        whole(),
        ViewArg::new_tensor::<Chain<NhwcLayout, WeightLayout>>(
            binding(weight).into_tensor_arg(),
            kernels,
        ),
        ComptimeOptionArgs::None,
        ComptimeOptionArgs::None,
    );
    let arguments = RuntimeArgsLaunch::new(
        problem.k as u32,
        problem.out_channels as u32,
        problem.padded_channels as u32,
        problem.operation,
    );
    (inputs, arguments)
}

/// One product, not a batch of them.
fn whole<R: CubeRuntime>() -> VirtualLayoutLaunch<Coords1d, Coords1d, R> {
    VirtualLayoutLaunch::new::<NoopLayout>(NoopLayoutLaunch::new())
}

/// `[batch, height, width, channels]`, as the framework's products take maps.
fn binding<R: CubeRuntime>(maps: &Maps<R>) -> TensorBinding<R> {
    permute_nchw_to_nhwc(maps.tensor().clone()).binding()
}

fn input<R: CubeRuntime>(maps: &Maps<R>) -> InputBinding<R> {
    InputBinding::new(binding(maps), maps.tensor().dtype.into())
}
