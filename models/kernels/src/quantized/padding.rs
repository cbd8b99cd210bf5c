//! The sizes that quantized matrices are filled up to.

use candle_core::{Result, Tensor};

/// A quantized matrix is filled up to whole numbers of these: 16 outputs lie side by side, 256 inputs make a block.
const OUTPUTS: usize = 16;
const INPUTS: usize = 256;

/// The sizes of a quantized matrix [outputs, inputs] with the zeros that fill it up.
pub fn padded(outputs: usize, inputs: usize) -> [usize; 2] {
    [outputs.next_multiple_of(OUTPUTS), inputs.next_multiple_of(INPUTS)]
}

/// A matrix filled up with zeros as [`padded`] says.
pub fn filled(matrix: &Tensor) -> Result<Tensor> {
    let (outputs, inputs) = matrix.dims2()?;
    let [rows, columns] = padded(outputs, inputs);
    matrix
        .pad_with_zeros(0, 0, rows - outputs)?
        .pad_with_zeros(1, 0, columns - inputs)?
        .contiguous()
}
