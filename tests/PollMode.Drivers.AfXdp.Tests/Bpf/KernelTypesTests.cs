using CsCheck;
using PollMode.Drivers.AfXdp.Bpf;

namespace PollMode.Drivers.AfXdp.Tests.Bpf;

public sealed class KernelTypesTests
{
    [Fact]
    public void A_function_of_the_running_kernel_is_found()
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "needs a kernel with BTF");
        int[] numbers = KernelTypes.FindFunctions("bpf_prog_run_xdp_no_such_function", "vfs_read");
        Assert.Equal(0, numbers[0]);
        Assert.True(numbers[1] > 0);
    }

    [Fact]
    public void Any_bytes_are_read_without_a_fault() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        if (bytes.Length > 24)
        {
            // A header that leads somewhere, so that types are read.
            ReadOnlySpan<byte> header = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, (byte)(bytes.Length - 24), (byte)((bytes.Length - 24) >> 8), 0, 0];
            header.CopyTo(bytes);
        }

        return KernelTypes.Find(bytes, "a").Length == 1;
    });
}
