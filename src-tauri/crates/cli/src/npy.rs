//! Writes vectors as a NumPy array file (format 1.0, little-endian float32, C order).

use std::io::{self, Write};

/// Writes rows of `width` numbers each as an array of shape [rows, width].
pub fn write(out: &mut impl Write, rows: &[Vec<f32>], width: usize) -> io::Result<()> {
    let mut header = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {width}), }}",
        rows.len()
    );
    // Magic, version and length take 10 bytes; the data must begin at a multiple of 64, after a newline.
    let padding = 64 - (10 + header.len() + 1) % 64;
    header.extend(std::iter::repeat_n(' ', padding % 64));
    header.push('\n');
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(header.len() as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for number in rows.iter().flatten() {
        out.write_all(&number.to_le_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_follow_an_aligned_header() {
        for rows in [1, 10, 100_000] {
            let mut file = Vec::new();
            write(&mut file, &vec![vec![0.5, -2.0]; rows], 2).unwrap();
            let header = usize::from(u16::from_le_bytes([file[8], file[9]]));
            assert_eq!((10 + header) % 64, 0);
            assert_eq!(file[9 + header], b'\n');
            assert_eq!(file.len(), 10 + header + rows * 8);
            assert_eq!(file[10 + header..10 + header + 8], [0, 0, 0, 0x3f, 0, 0, 0, 0xc0]);
            assert!(String::from_utf8_lossy(&file[10..10 + header]).contains(&format!("'shape': ({rows}, 2)")));
        }
    }
}
