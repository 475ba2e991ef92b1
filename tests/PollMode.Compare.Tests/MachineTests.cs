using Xunit;

namespace PollMode.EndToEnd.Tests;

public sealed class MachineTests
{
    [Fact]
    public void A_name_that_says_too_little_gets_family_and_model() => Assert.Equal(
        "AMD EPYC (family 26, model 2), virtual machine",
        Machine.Processor(["cpu family\t: 26", "model\t\t: 2", "model name\t: AMD EPYC", "flags\t\t: fpu hypervisor avx2", "", "model name\t: another"]));

    [Fact]
    public void A_name_with_a_number_stays_as_it_is() => Assert.Equal(
        "Intel(R) Xeon(R) Gold 6346 CPU @ 3.10GHz",
        Machine.Processor(["cpu family\t: 6", "model name\t: Intel(R) Xeon(R) Gold 6346 CPU @ 3.10GHz", "flags\t\t: fpu"]));

    [Fact]
    public void The_kernel_is_the_release() => Assert.Equal("6.1.0-18-amd64", Machine.Kernel("Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP"));

    [Fact]
    public void Cpu_time_is_read_behind_a_name_with_blanks_and_brackets() => Assert.Equal(
        1.5e9,
        CpuTime.Parse("42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 120 30 0 0 20 0 3 0 100 1000 10"));
}
