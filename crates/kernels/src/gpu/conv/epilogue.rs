//! The framework's products with `activation(product + bias + residual)` on their way to memory: a
//! launch and a pass over the features less than a kernel of its own behind them.

use burn_cubecl::cubecl;
use cubecl::prelude::barrier::BarrierExpand;
use cubecl::prelude::*;
use cubecl::std::tensor::{
    View, ViewExpand, ViewOperations, ViewOperationsExpand, ViewOperationsMut,
    ViewOperationsMutExpand,
};
use cubek::convolution::components::global::args::RuntimeArgs;
use cubek::matmul::components::global::memory::GlobalLayoutConfig;
use cubek::matmul::launch::{BatchedCoords, MatmulArgs, TensorArgs, TensorInputs, TensorOutput};

use crate::gpu::vectors::relu;

/// Arguments of the framework's products of tensors, with an epilogue.
#[derive(Clone)]
pub(super) struct EpilogueArgs;

/// Output `[rows, columns]` of a product, with the bias, residual and activation applied on the way.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub(super) struct EpilogueOutput<E: CubePrimitive> {
    product: TensorOutput<E>,
    /// Float32, one value per column.
    bias: ComptimeOption<View<E::WithScalar<f32>, BatchedCoords>>,
    /// `[rows, columns]`.
    residual: ComptimeOption<View<E, BatchedCoords>>,
    #[cube(comptime)]
    with_relu: bool,
}

type Plain = TensorArgs<RuntimeArgs>;

#[cube]
impl MatmulArgs for EpilogueArgs {
    type Output<EO: CubePrimitive> = EpilogueOutput<EO>;
    type Input<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive> =
        TensorInputs<Lhs, Rhs, EO>;
    type Config = RuntimeArgs;
    type State<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive> =
        ((TensorInputs<Lhs, Rhs, EO>, TensorOutput<EO>, RuntimeArgs), EpilogueOutput<EO>);

    fn init_state<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        input: &Self::Input<Lhs, Rhs, EO>,
        output: &mut Self::Output<EO>,
        config: Self::Config,
        #[comptime] _lhs_layout_config: GlobalLayoutConfig,
        #[comptime] _rhs_layout_config: GlobalLayoutConfig,
        #[comptime] _out_layout_config: GlobalLayoutConfig,
    ) -> Self::State<Lhs, Rhs, EO> {
        ((*input, output.product, config), *output)
    }

    fn view_lhs<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
    ) -> View<Lhs, BatchedCoords> {
        Plain::view_lhs::<Lhs, Rhs, EO>(&state.0)
    }

    fn batch_lhs<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
        batch: usize,
    ) -> usize {
        Plain::batch_lhs::<Lhs, Rhs, EO>(&state.0, batch)
    }

    fn view_rhs<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
    ) -> View<Rhs, BatchedCoords> {
        Plain::view_rhs::<Lhs, Rhs, EO>(&state.0)
    }

    fn batch_rhs<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
        batch: usize,
    ) -> usize {
        Plain::batch_rhs::<Lhs, Rhs, EO>(&state.0, batch)
    }

    fn view_acc<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
    ) -> ComptimeOption<View<EO, BatchedCoords>> {
        Plain::view_acc::<Lhs, Rhs, EO>(&state.0)
    }

    fn batch_acc<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
        batch: usize,
    ) -> usize {
        Plain::batch_acc::<Lhs, Rhs, EO>(&state.0, batch)
    }

    fn view_out<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &mut Self::State<Lhs, Rhs, EO>,
    ) -> View<EO, BatchedCoords, ReadWrite> {
        let product = Plain::view_out::<Lhs, Rhs, EO>(&mut state.0);
        let output = state.1;
        view::<EO>(Finished::<EO> {
            product,
            bias: output.bias,
            residual: output.residual,
            with_relu: comptime![output.with_relu],
        })
    }

    fn batch_out<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
        batch: usize,
    ) -> usize {
        Plain::batch_out::<Lhs, Rhs, EO>(&state.0, batch)
    }

    fn runtime_config<Lhs: CubePrimitive, Rhs: CubePrimitive, EO: CubePrimitive>(
        state: &Self::State<Lhs, Rhs, EO>,
    ) -> Self::Config {
        Plain::runtime_config::<Lhs, Rhs, EO>(&state.0)
    }
}

/// Memory that finishes what is written to it.
#[expect(dead_code, reason = "read where kernels are expanded")]
#[derive(CubeType)]
struct Finished<E: CubePrimitive> {
    product: View<E, BatchedCoords, ReadWrite>,
    bias: ComptimeOption<View<E::WithScalar<f32>, BatchedCoords>>,
    residual: ComptimeOption<View<E, BatchedCoords>>,
    #[cube(comptime)]
    with_relu: bool,
}

#[cube]
#[expect(unused_variables, reason = "used where kernels are expanded")]
fn view<E: CubePrimitive>(finished: Finished<E>) -> View<E, BatchedCoords, ReadWrite> {
    intrinsic!(|_| ViewExpand::new_mut(finished))
}

#[cube]
fn finish<E: CubePrimitive>(
    value: E,
    pos: BatchedCoords,
    bias: ComptimeOption<View<E::WithScalar<f32>, BatchedCoords>>,
    residual: ComptimeOption<View<E, BatchedCoords>>,
    #[comptime] with_relu: bool,
) -> E {
    let mut sum = Vector::<f32, E::Size>::cast_from(value);
    #[comptime]
    if let ComptimeOption::Some(bias) = bias {
        sum += Vector::cast_from(bias.read_checked(pos));
    }
    #[comptime]
    if let ComptimeOption::Some(residual) = residual {
        sum += Vector::cast_from(residual.read_checked(pos));
    }
    if comptime![with_relu] {
        sum = relu(sum);
    }
    E::cast_from(sum)
}

type Position = <BatchedCoords as CubeType>::ExpandType;

impl<E: CubePrimitive> ViewOperations<E, BatchedCoords> for Finished<E> {}

/// Nothing reads what was written: products write each value once.
impl<E: CubePrimitive> ViewOperationsExpand<E, BatchedCoords> for FinishedExpand<E> {
    fn __expand_read_method(&self, _: &mut Scope, _: Position) -> E::ExpandType {
        unreachable!("written only")
    }

    fn __expand_read_checked_method(&self, _: &mut Scope, _: Position) -> E::ExpandType {
        unreachable!("written only")
    }

    fn __expand_read_masked_method(
        &self,
        _: &mut Scope,
        _: Position,
        _: E::ExpandType,
    ) -> E::ExpandType {
        unreachable!("written only")
    }

    fn __expand_read_unchecked_method(&self, _: &mut Scope, _: Position) -> E::ExpandType {
        unreachable!("written only")
    }

    fn __expand_to_linear_slice_method(
        &self,
        _: &mut Scope,
        _: Position,
        _: Position,
    ) -> SliceExpand<E, ReadOnly> {
        unreachable!("written only")
    }

    fn __expand_tensor_map_load_method(
        &self,
        _: &mut Scope,
        _: BarrierExpand,
        _: SliceExpand<E, ReadWrite>,
        _: Position,
    ) {
        unreachable!("written only")
    }

    fn __expand_shape_method(&self, scope: &mut Scope) -> Position {
        self.product.clone().__expand_shape_method(scope)
    }

    fn __expand_is_in_bounds_method(&self, scope: &mut Scope, pos: Position) -> NativeExpand<bool> {
        self.product.clone().__expand_is_in_bounds_method(scope, pos)
    }
}

impl<E: CubePrimitive> ViewOperationsMut<E, BatchedCoords> for Finished<E> {}

impl<E: CubePrimitive> ViewOperationsMutExpand<E, BatchedCoords> for FinishedExpand<E> {
    fn __expand_write_method(&self, scope: &mut Scope, pos: Position, value: E::ExpandType) {
        self.__expand_write_checked_method(scope, pos, value);
    }

    fn __expand_write_checked_method(
        &self,
        scope: &mut Scope,
        pos: Position,
        value: E::ExpandType,
    ) {
        let (bias, residual) = (self.bias.clone(), self.residual.clone());
        let value = finish::expand::<E>(scope, value, pos.clone(), bias, residual, self.with_relu);
        self.product.clone().__expand_write_checked_method(scope, pos, value);
    }

    fn __expand_to_linear_slice_mut_method(
        &self,
        _: &mut Scope,
        _: Position,
        _: Position,
    ) -> SliceExpand<E, ReadWrite> {
        unreachable!("products write value by value")
    }

    fn __expand_tensor_map_store_method(
        &self,
        _: &mut Scope,
        _: SliceExpand<E, ReadOnly>,
        _: Position,
    ) {
        unreachable!("products write value by value")
    }
}

impl<E: CubePrimitive> Vectorized for Finished<E> {}

impl<E: CubePrimitive> VectorizedExpand for FinishedExpand<E> {
    fn vector_size(&self) -> VectorSize {
        self.product.vector_size()
    }
}
